CREATE TABLE "import_items" (
	"import_id" uuid NOT NULL,
	"call_id" text NOT NULL,
	"position" integer NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"error" text,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now(),
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "import_items_import_id_call_id_pk" PRIMARY KEY("import_id","call_id"),
	CONSTRAINT "import_items_state_check" CHECK ("import_items"."state" in ('pending','imported','already_there','not_found','failed','cancelled'))
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"file_name" text,
	"user_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	CONSTRAINT "imports_source_check" CHECK ("imports"."source" in ('pasted','file','command'))
);
--> statement-breakpoint
DROP INDEX "calls_occurred_idx";--> statement-breakpoint
DROP INDEX "calls_outcome_idx";--> statement-breakpoint
DROP INDEX "calls_duration_idx";--> statement-breakpoint
DROP INDEX "calls_scenario_idx";--> statement-breakpoint
DROP INDEX "calls_first_received_idx";--> statement-breakpoint
DROP INDEX "deliveries_received_idx";--> statement-breakpoint
DROP INDEX "deliveries_verdict_idx";--> statement-breakpoint
DROP INDEX "reviews_call_idx";--> statement-breakpoint
ALTER TABLE "import_items" ADD CONSTRAINT "import_items_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "import_items_position_idx" ON "import_items" USING btree ("import_id","position");--> statement-breakpoint
CREATE INDEX "import_items_state_idx" ON "import_items" USING btree ("import_id","state","position");--> statement-breakpoint
CREATE INDEX "import_items_due_idx" ON "import_items" USING btree ("due_at","position") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "imports_created_idx" ON "imports" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "imports_user_idx" ON "imports" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "calls_enrichment_state_idx" ON "calls" USING btree ("enrichment_state","occurred_at","call_id") WHERE enrichment_state <> 'done';--> statement-breakpoint
CREATE INDEX "deliveries_reason_idx" ON "deliveries" USING btree ("reason","received_at","id") WHERE reason is not null;--> statement-breakpoint
CREATE INDEX "deliveries_secret_idx" ON "deliveries" USING btree ("secret_label","received_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_id_idx" ON "deliveries" USING btree ("id");--> statement-breakpoint
CREATE INDEX "calls_occurred_idx" ON "calls" USING btree ("occurred_at","call_id");--> statement-breakpoint
CREATE INDEX "calls_outcome_idx" ON "calls" USING btree ("outcome","occurred_at","call_id");--> statement-breakpoint
CREATE INDEX "calls_duration_idx" ON "calls" USING btree (coalesce(duration_seconds, -1),"call_id");--> statement-breakpoint
CREATE INDEX "calls_scenario_idx" ON "calls" USING btree ("scenario_id","occurred_at") WHERE scenario_id is not null;--> statement-breakpoint
CREATE INDEX "calls_first_received_idx" ON "calls" USING btree ("first_received_at");--> statement-breakpoint
CREATE INDEX "deliveries_received_idx" ON "deliveries" USING btree ("received_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_verdict_idx" ON "deliveries" USING btree ("verdict","received_at","id");--> statement-breakpoint
CREATE INDEX "reviews_call_idx" ON "reviews" USING btree ("call_id","created_at");