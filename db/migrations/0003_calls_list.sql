DROP INDEX "calls_duration_idx";--> statement-breakpoint
DROP INDEX "calls_scenario_idx";--> statement-breakpoint
ALTER TABLE "call_details" ADD COLUMN "name_search" "tsvector";--> statement-breakpoint
CREATE INDEX "call_details_name_search_idx" ON "call_details" USING gin ("name_search");--> statement-breakpoint
CREATE INDEX "calls_longest_idx" ON "calls" USING btree (coalesce(duration_seconds, -1),"call_id","outcome");--> statement-breakpoint
CREATE INDEX "calls_shortest_idx" ON "calls" USING btree (coalesce(duration_seconds, 2147483647),"call_id","outcome");--> statement-breakpoint
CREATE INDEX "calls_reviewed_idx" ON "calls" USING btree ("occurred_at","call_id") WHERE reviewed_at is not null;--> statement-breakpoint
CREATE INDEX "calls_scenario_idx" ON "calls" USING btree ("scenario_id","occurred_at","call_id") WHERE scenario_id is not null;