-- Contacts are brought up to date once for all calls that a statement has changed, not once for each call: deliveries come in groups.
--
-- The rows are locked first, in the order of their ids, and their calls are read by a later statement, which therefore sees the calls of every
-- transaction that held a lock before. So the result does not depend on the order of concurrent transactions.
--
-- A statement may change hundreds of thousands of calls, so no step compares each with each.
--
-- The settings are for plans that are made while a table is small, and kept while it grows: they always look up, whatever its size.
CREATE FUNCTION "refresh_contacts"(wanted text[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	missing text[] := wanted;
	known text[];
	added text[];
BEGIN
	WHILE cardinality(missing) > 0 LOOP
		known := ARRAY(SELECT contact_id FROM contacts WHERE contact_id = ANY(missing) ORDER BY contact_id FOR UPDATE);
		IF cardinality(known) > 0 THEN
			UPDATE contacts SET (state, attempts, last_call_id, reached_call_id, next_retry_at, first_at, last_at, is_inferred)
				= (now_.state, now_.attempts, now_.last_call_id, now_.reached_call_id, now_.next_retry_at, now_.first_at, now_.last_at, now_.is_inferred)
			FROM unnest(known) AS of_(id), computed_contact(of_.id) AS now_
			WHERE contacts.contact_id = of_.id AND contacts IS DISTINCT FROM now_;
			DELETE FROM contacts WHERE contact_id = ANY(known) AND NOT EXISTS (SELECT FROM calls WHERE calls.contact_id = contacts.contact_id);
			missing := ARRAY(SELECT unnest(missing) EXCEPT SELECT unnest(known));
			EXIT WHEN cardinality(missing) = 0;
		END IF;
		WITH new_ AS (
			INSERT INTO contacts SELECT now_.* FROM unnest(missing) AS of_(id), computed_contact(of_.id) AS now_ ORDER BY now_.contact_id
			ON CONFLICT DO NOTHING RETURNING contact_id
		)
		SELECT coalesce(array_agg(contact_id), '{}') INTO added FROM new_;
		-- What was not added has no calls, or another transaction has added it: then its row is there now.
		missing := ARRAY(
			SELECT id FROM (SELECT unnest(missing) EXCEPT SELECT unnest(added)) AS rest(id)
			WHERE EXISTS (SELECT FROM calls WHERE contact_id = id)
		);
	END LOOP;
END
$$;--> statement-breakpoint
CREATE FUNCTION "refresh_contacts_of_inserted_calls"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM refresh_contacts(ARRAY(SELECT DISTINCT contact_id FROM inserted_calls));
	RETURN NULL;
END
$$;--> statement-breakpoint
-- The plan is made for the first statement of a session, which may have changed one call, and kept for one that changes all.
CREATE FUNCTION "refresh_contacts_of_changed_calls"() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
	changed CONSTANT text[] := ARRAY(
		SELECT DISTINCT id FROM calls_before AS old_ JOIN calls_after AS new_ USING (call_id), unnest(ARRAY[old_.contact_id, new_.contact_id]) AS id
		WHERE
			(old_.contact_id, old_.dial_result, old_.attempt, old_.next_retry_at, old_.scheduled_at, old_.has_retry_fields, old_.occurred_at, old_.started_at,
				old_.created_at, old_.ended_at, old_.status, old_.is_test, old_.enrichment_state = 'not_found', old_.outcome IS NULL)
			IS DISTINCT FROM
			(new_.contact_id, new_.dial_result, new_.attempt, new_.next_retry_at, new_.scheduled_at, new_.has_retry_fields, new_.occurred_at, new_.started_at,
				new_.created_at, new_.ended_at, new_.status, new_.is_test, new_.enrichment_state = 'not_found', new_.outcome IS NULL)
	);
BEGIN
	IF cardinality(changed) > 0 THEN
		PERFORM refresh_contacts(changed);
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION "refresh_contacts_of_deleted_calls"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM refresh_contacts(ARRAY(SELECT DISTINCT contact_id FROM deleted_calls));
	RETURN NULL;
END
$$;--> statement-breakpoint
DROP TRIGGER "calls_contact_inserted" ON "calls";--> statement-breakpoint
DROP TRIGGER "calls_contact_changed" ON "calls";--> statement-breakpoint
CREATE TRIGGER "calls_contact_inserted" AFTER INSERT ON "calls" REFERENCING NEW TABLE AS inserted_calls FOR EACH STATEMENT
EXECUTE FUNCTION "refresh_contacts_of_inserted_calls"();--> statement-breakpoint
CREATE TRIGGER "calls_contact_changed" AFTER UPDATE ON "calls" REFERENCING OLD TABLE AS calls_before NEW TABLE AS calls_after FOR EACH STATEMENT
EXECUTE FUNCTION "refresh_contacts_of_changed_calls"();--> statement-breakpoint
DROP FUNCTION "refresh_contact_of_call"();--> statement-breakpoint
DROP FUNCTION "refresh_contact"(text);
