-- By hand
-- All groups of three digits in a number, by which `calls_phone_groups_idx` finds any part of it. An index contains them, so the function must never
-- change. It costs what it says: without it, Postgres would compute the groups of every number instead of using the index.
CREATE FUNCTION "digit_groups"("digits" text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
BEGIN
	RETURN CASE
		-- Nearly all numbers, in a tenth of the time.
		WHEN length(digits) <= 16 THEN
			(ARRAY[
				substr(digits, 1, 3), substr(digits, 2, 3), substr(digits, 3, 3), substr(digits, 4, 3), substr(digits, 5, 3), substr(digits, 6, 3),
				substr(digits, 7, 3), substr(digits, 8, 3), substr(digits, 9, 3), substr(digits, 10, 3), substr(digits, 11, 3), substr(digits, 12, 3),
				substr(digits, 13, 3), substr(digits, 14, 3)
			])[1:length(digits) - 2]
		ELSE
			array_remove(string_to_array(
				regexp_replace(digits, '(...)|..?$', '\1 ', 'g') || regexp_replace(substr(digits, 2), '(...)|..?$', '\1 ', 'g') ||
				regexp_replace(substr(digits, 3), '(...)|..?$', '\1 ', 'g'), ' '
			), '')
	END;
END
$$;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "calls_duration_idx" ON "calls" USING btree (coalesce(duration_seconds, -1),"call_id","outcome","duration_seconds");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "calls_phone_groups_idx" ON "calls" USING gin (digit_groups(phone_digits)) WITH (gin_pending_list_limit=512);--> statement-breakpoint
CREATE INDEX CONCURRENTLY "calls_kind_duration_idx" ON "calls" USING btree (call_kind(scenario_id, outcome, goal, direction, language, attempt, dial_result, not is_test and enrichment_state <> 'not_found'),coalesce(duration_seconds, -1),"call_id");--> statement-breakpoint
-- `calls_kind_idx` and `calls_duration_idx` do their work. The version before lists calls of an outcome more slowly without them. At the end, when the others
-- are built.
DROP INDEX CONCURRENTLY IF EXISTS "calls_outcome_idx";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "calls_scenario_idx";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "calls_longest_idx";
