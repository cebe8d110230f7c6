CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_details" (
	"call_id" text PRIMARY KEY NOT NULL,
	"facts" jsonb NOT NULL,
	"transcript" jsonb,
	"corrections" jsonb,
	"report" jsonb,
	"response_body" jsonb,
	"variables" jsonb,
	"recording_url" text,
	"recording_expires_at" timestamp (3) with time zone,
	"search" "tsvector"
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"call_id" text PRIMARY KEY NOT NULL,
	"outcome" text,
	"status" text,
	"direction" text,
	"language" text,
	"interaction_type" text,
	"phone_number" text,
	"scenario_id" text,
	"customer_name" text,
	"goal" text,
	"duration_seconds" integer,
	"has_recording" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"occurred_at" timestamp (3) with time zone GENERATED ALWAYS AS (coalesce(started_at, created_at, first_received_at)) STORED NOT NULL,
	"first_received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"enrichment_state" text DEFAULT 'pending' NOT NULL,
	"enrichment_attempts" smallint DEFAULT 0 NOT NULL,
	"enrichment_due_at" timestamp (3) with time zone DEFAULT now(),
	"enrichment_error" text,
	"verified_at" timestamp (3) with time zone,
	"is_test" boolean DEFAULT false NOT NULL,
	"reviewed_at" timestamp (3) with time zone,
	CONSTRAINT "calls_enrichment_state_check" CHECK ("calls"."enrichment_state" in ('pending','awaiting_report','done','not_found','failed'))
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"call_id" text NOT NULL,
	"id" uuid NOT NULL,
	"body" "bytea" NOT NULL,
	"body_sha256" text NOT NULL,
	"content_type" text,
	"content_encoding" text,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"times_received" integer DEFAULT 1 NOT NULL,
	"source_ip" text,
	"secret_label" text NOT NULL,
	"outcome" text,
	"verdict" text NOT NULL,
	"reason" text,
	"flags" text[] DEFAULT '{}' NOT NULL,
	"replayed_at" timestamp (3) with time zone,
	CONSTRAINT "deliveries_call_id_id_pk" PRIMARY KEY("call_id","id"),
	CONSTRAINT "deliveries_verdict_check" CHECK ("deliveries"."verdict" in ('applied','duplicate','superseded','quarantined'))
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"name" text DEFAULT 'Callboard' NOT NULL,
	"time_zone" text DEFAULT 'Asia/Riyadh' NOT NULL,
	"week_start" smallint DEFAULT 7 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_one_row" CHECK ("organization"."id"),
	CONSTRAINT "organization_week_start_check" CHECK ("organization"."week_start" between 1 and 7)
);
--> statement-breakpoint
CREATE TABLE "rate_limit" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limit_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"call_id" text NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"decision" text NOT NULL,
	"note" text,
	"user_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reviews_call_id_id_pk" PRIMARY KEY("call_id","id"),
	CONSTRAINT "reviews_decision_check" CHECK ("reviews"."decision" in ('resolved','follow_up','wrong_outcome','cleared'))
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "states" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'viewer' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email"),
	CONSTRAINT "user_role_check" CHECK ("user"."role" in ('viewer','operator','administrator'))
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_user_idx" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "call_details_search_idx" ON "call_details" USING gin ("search");--> statement-breakpoint
CREATE INDEX "calls_occurred_idx" ON "calls" USING btree ("occurred_at" DESC NULLS LAST,"call_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_outcome_idx" ON "calls" USING btree ("outcome","occurred_at" DESC NULLS LAST,"call_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_duration_idx" ON "calls" USING btree (coalesce(duration_seconds, -1) desc,"call_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_phone_idx" ON "calls" USING btree ("phone_number") WHERE phone_number is not null;--> statement-breakpoint
CREATE INDEX "calls_scenario_idx" ON "calls" USING btree ("scenario_id","occurred_at" DESC NULLS LAST) WHERE scenario_id is not null;--> statement-breakpoint
CREATE INDEX "calls_first_received_idx" ON "calls" USING btree ("first_received_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_enrichment_due_idx" ON "calls" USING btree ("enrichment_due_at") WHERE enrichment_due_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_body_key" ON "deliveries" USING btree ("call_id","body_sha256");--> statement-breakpoint
CREATE INDEX "deliveries_received_idx" ON "deliveries" USING btree ("received_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deliveries_verdict_idx" ON "deliveries" USING btree ("verdict","received_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "reviews_call_idx" ON "reviews" USING btree ("call_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "reviews_user_idx" ON "reviews" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user_idx" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier_idx" ON "verification" USING btree ("identifier");