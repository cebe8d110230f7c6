CREATE TABLE "known_devices" (
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text NOT NULL,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "known_devices_token_hash_user_id_pk" PRIMARY KEY("token_hash","user_id"),
	CONSTRAINT "known_devices_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"detail" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"read_at" timestamp (3) with time zone,
	"mail_due_at" timestamp (3) with time zone,
	"mail_tries" integer DEFAULT 0 NOT NULL,
	"mailed_at" timestamp (3) with time zone,
	CONSTRAINT "notices_kind_check" CHECK ("notices"."kind" in ('new_device','password_changed','second_factor_changed','role_changed','wrong_passwords'))
);
--> statement-breakpoint
CREATE TABLE "audit_outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_stream" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"wanted_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"holder" uuid,
	"leased_until" timestamp (3) with time zone,
	"last_sent_at" timestamp (3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"error" text,
	"retry_at" timestamp (3) with time zone,
	CONSTRAINT "audit_stream_one_row" CHECK ("audit_stream"."id")
);
--> statement-breakpoint
CREATE TABLE "erased_numbers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"salt" text NOT NULL,
	"masked" text NOT NULL,
	"country" text NOT NULL,
	"national_length" integer NOT NULL,
	"delete_unreadable" boolean DEFAULT false NOT NULL,
	"erased_at" timestamp (3) with time zone NOT NULL,
	"searched_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "audit_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "second_factor_rule" text DEFAULT 'nobody' NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "single_sign_on_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "viewer_idle_minutes" integer DEFAULT 720 NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "operator_idle_minutes" integer DEFAULT 720 NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "administrator_idle_minutes" integer DEFAULT 120 NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "viewer_lifetime_minutes" integer DEFAULT 10080 NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "operator_lifetime_minutes" integer DEFAULT 10080 NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "administrator_lifetime_minutes" integer DEFAULT 1440 NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "delete_unreadable" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "unreadable_kept" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "unreadable_deleted" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "damaged_kept" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "repeat_of" uuid;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "stored_before" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "known_devices" ADD CONSTRAINT "known_devices_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "known_devices_user_idx" ON "known_devices" USING btree ("user_id","last_seen_at");--> statement-breakpoint
CREATE INDEX "notices_user_idx" ON "notices" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "notices_mail_due_idx" ON "notices" USING btree ("mail_due_at") WHERE mail_due_at is not null;--> statement-breakpoint
CREATE INDEX "audit_outbox_event_idx" ON "audit_outbox" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "rate_limit_last_request_idx" ON "rate_limit" USING btree ("last_request");--> statement-breakpoint
CREATE INDEX "session_expires_idx" ON "session" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "verification_expires_idx" ON "verification" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_audit_days_check" CHECK ("organization"."audit_days" >= 365);--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_second_factor_check" CHECK ("organization"."second_factor_rule" in ('nobody','administrators','everyone'));--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_session_limits_check" CHECK (least("organization"."viewer_idle_minutes", "organization"."operator_idle_minutes", "organization"."administrator_idle_minutes",
          "organization"."viewer_lifetime_minutes", "organization"."operator_lifetime_minutes", "organization"."administrator_lifetime_minutes") >= 1
        and greatest("organization"."viewer_lifetime_minutes", "organization"."operator_lifetime_minutes", "organization"."administrator_lifetime_minutes")
          <= 43200);--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_end_reason_check" CHECK ("session"."end_reason" in ('signed_out','replaced','password','second_factor','single_sign_on','role','deactivated','single_sign_on_only'));
--> statement-breakpoint
-- By hand
-- The audit log: pruning by the organization's rule.
CREATE FUNCTION "audit_prune_before"() RETURNS timestamp with time zone LANGUAGE sql STABLE SET search_path = '' AS $$
	-- Whole days, so that a day is deleted at once, with one event.
	SELECT date_trunc('day', now(), 'UTC') - make_interval(days => audit_days) FROM public.organization
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
	-- What says that events were deleted, and by which rule, is kept forever.
	IF TG_OP = 'DELETE' AND current_setting('callboard.pruning_audit', true) = 'on' THEN
		IF OLD.at < public.audit_prune_before() AND OLD.action NOT IN ('audit_pruned', 'audit_rule_changed') THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;--> statement-breakpoint
-- Deletes up to `max_rows` events that are older than the rule, oldest first, and writes an event about it. Returns how many it deleted.
-- It runs with the rights of its owner, so that the role of the application needs none to delete events.
CREATE FUNCTION "prune_audit"("max_rows" integer, "skip_rows" integer DEFAULT 0) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	prune_before CONSTANT timestamp with time zone := public.audit_prune_before();
	deleted integer;
BEGIN
	IF prune_before IS NULL THEN
		RETURN 0;
	END IF;
	PERFORM set_config('callboard.pruning_audit', 'on', true);
	WITH due AS MATERIALIZED (
		SELECT id FROM public.audit_events
		WHERE at < prune_before AND action NOT IN ('audit_pruned', 'audit_rule_changed')
			AND NOT EXISTS (SELECT FROM public.audit_outbox WHERE event_id = audit_events.id)
		ORDER BY at, id LIMIT max_rows OFFSET skip_rows FOR UPDATE SKIP LOCKED
	)
	DELETE FROM public.audit_events USING due WHERE audit_events.id = due.id;
	GET DIAGNOSTICS deleted = ROW_COUNT;
	PERFORM set_config('callboard.pruning_audit', '', true);
	IF deleted > 0 THEN
		INSERT INTO public.audit_events (action, row_count, detail) VALUES ('audit_pruned', deleted, jsonb_build_object('before', prune_before));
	END IF;
	RETURN deleted;
END
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION "prune_audit"(integer, integer) FROM PUBLIC;--> statement-breakpoint
-- Writes the event of a changed rule. Here and not in the application, so that no change goes without its event. `callboard.actor` names the
-- user, for this transaction: {"id", "name", "email", "sourceIp"}.
CREATE FUNCTION "record_audit_rule"() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
	actor CONSTANT jsonb := nullif(current_setting('callboard.actor', true), '')::jsonb;
	days_before CONSTANT integer := CASE WHEN TG_OP = 'UPDATE' THEN OLD.audit_days END;
BEGIN
	IF NEW.audit_days IS DISTINCT FROM days_before THEN
		INSERT INTO public.audit_events (actor_id, actor_name, actor_email, source_ip, action, detail)
		VALUES (actor ->> 'id', actor ->> 'name', actor ->> 'email', actor ->> 'sourceIp', 'audit_rule_changed', jsonb_build_object(
			'from_days', coalesce(to_jsonb(days_before), to_jsonb('forever'::text)),
			'to_days', coalesce(to_jsonb(NEW.audit_days), to_jsonb('forever'::text))
		));
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "organization_audit_rule" AFTER INSERT OR UPDATE ON "organization" FOR EACH ROW EXECUTE FUNCTION "record_audit_rule"();--> statement-breakpoint
-- The audit log: streaming. The rights of the owner, so that the role of the application cannot keep an event out of the outbox.
CREATE FUNCTION "add_to_audit_outbox"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	IF EXISTS (SELECT FROM public.audit_stream) THEN
		INSERT INTO public.audit_outbox (event_id) VALUES (NEW.id);
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_events_outbox" AFTER INSERT ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "add_to_audit_outbox"();
