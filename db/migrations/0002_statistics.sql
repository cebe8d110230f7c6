DROP INDEX "calls_occurred_idx";--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "criteria" jsonb;--> statement-breakpoint
CREATE INDEX "calls_occurred_idx" ON "calls" USING btree ("occurred_at","call_id","outcome","goal","scenario_id","duration_seconds","is_test","enrichment_state");--> statement-breakpoint
UPDATE "calls" SET "criteria" = (
	SELECT jsonb_object_agg(
		left(btrim(item ->> 'text'), 500),
		jsonb_build_object('met', item -> 'achieved', 'primary', coalesce(item -> 'is_primary' = 'true', false))
	)
	FROM (SELECT item FROM jsonb_array_elements(report #> '{outcome,success_criteria}') AS elements(item) LIMIT 50) AS items
	WHERE jsonb_typeof(item -> 'text') = 'string' AND btrim(item ->> 'text') <> '' AND jsonb_typeof(item -> 'achieved') = 'boolean'
)
FROM "call_details"
WHERE "call_details"."call_id" = "calls"."call_id" AND jsonb_typeof(report #> '{outcome,success_criteria}') = 'array';
