CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"digits" text,
	"masked" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"step" text DEFAULT 'calls' NOT NULL,
	"cursor" text DEFAULT '' NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"calls_deleted" integer DEFAULT 0 NOT NULL,
	"deliveries_deleted" integer DEFAULT 0 NOT NULL,
	"reviews_deleted" integer DEFAULT 0 NOT NULL,
	"calls_redacted" integer DEFAULT 0 NOT NULL,
	"notes_redacted" integer DEFAULT 0 NOT NULL,
	"error" text,
	"requested_by" text,
	"requested_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "erasures_state_check" CHECK ("erasures"."state" in ('running','done','failed')),
	CONSTRAINT "erasures_step_check" CHECK ("erasures"."step" in ('calls','details','deliveries','reviews')),
	CONSTRAINT "erasures_digits_check" CHECK ("erasures"."state" = 'running' or "erasures"."digits" is null)
);
--> statement-breakpoint
ALTER TABLE "call_details" ADD COLUMN "recording_purged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "call_details" ADD COLUMN "transcript_purged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "recording_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "transcript_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "call_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "delivery_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "mask_numbers" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "erasures_requested_idx" ON "erasures" USING btree ("requested_at");--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_days_check" CHECK (least("organization"."recording_days", "organization"."transcript_days", "organization"."call_days", "organization"."delivery_days") >= 1);