CREATE TABLE "contacts" (
	"contact_id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"attempts" integer NOT NULL,
	"last_call_id" text NOT NULL,
	"reached_call_id" text,
	"next_retry_at" timestamp (3) with time zone,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"is_inferred" boolean NOT NULL,
	CONSTRAINT "contacts_state_check" CHECK ("contacts"."state" in ('reached','trying','not_reached','called_off'))
);
--> statement-breakpoint
CREATE TABLE "api_answers" (
	"call_id" text NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"body" "bytea" NOT NULL,
	"answered_at" timestamp (3) with time zone NOT NULL,
	"stored_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"flags" text[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "api_answers_call_id_id_pk" PRIMARY KEY("call_id","id")
);
--> statement-breakpoint
CREATE TABLE "contract_sightings" (
	"flag" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
-- One ALTER TABLE, so that Postgres rewrites the table once. Dropping the column also drops every index on it.
ALTER TABLE "calls"
	DROP COLUMN "occurred_at",
	ADD COLUMN "scheduled_at" timestamp (3) with time zone,
	ADD COLUMN "updated_at" timestamp (3) with time zone,
	ADD COLUMN "called_off_at" timestamp (3) with time zone,
	ADD COLUMN "root_call_id" text,
	ADD COLUMN "attempt" integer,
	ADD COLUMN "next_retry_at" timestamp (3) with time zone,
	ADD COLUMN "has_retry_fields" boolean DEFAULT false NOT NULL,
	ADD COLUMN "phone_digits" text GENERATED ALWAYS AS (ltrim(regexp_replace(phone_number, '\(0|[^0-9]', '', 'g'), '0')) STORED,
	ADD COLUMN "contact_id" text GENERATED ALWAYS AS (coalesce(root_call_id, call_id)) STORED NOT NULL,
	ADD COLUMN "dial_result" text GENERATED ALWAYS AS (case when coalesce(outcome = 'complete', status in ('in_progress','transferring','transferred','completed','max_duration_reached'), false) then 'reached' when coalesce(outcome in ('cancelled','expired'), status in ('scheduled','queued','dialing','ringing','cancelled','expired'), false) then 'not_dialled' else 'not_reached' end) STORED NOT NULL,
	ADD COLUMN "occurred_at" timestamp (3) with time zone GENERATED ALWAYS AS (case when coalesce(outcome in ('cancelled','expired'), status in ('scheduled','queued','dialing','ringing','cancelled','expired'), false) then coalesce(called_off_at, updated_at, created_at, first_received_at) else coalesce(started_at, scheduled_at, created_at, first_received_at) end) STORED NOT NULL,
	ADD CONSTRAINT "calls_attempt_check" CHECK (attempt >= 1);--> statement-breakpoint
ALTER TABLE "call_details" ADD COLUMN "permanent_recording_url" text;--> statement-breakpoint
ALTER TABLE "deliveries"
	ADD COLUMN "headers" jsonb,
	ADD COLUMN "copy_ids" uuid[] DEFAULT '{}' NOT NULL,
	ADD COLUMN "stored_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "contacts_last_idx" ON "contacts" USING btree ("last_at","contact_id","first_at","state");--> statement-breakpoint
CREATE INDEX "contacts_state_idx" ON "contacts" USING btree ("state","last_at","contact_id");--> statement-breakpoint
CREATE INDEX "api_answers_answered_idx" ON "api_answers" USING btree ("answered_at","call_id","id");--> statement-breakpoint
CREATE INDEX "api_answers_flagged_idx" ON "api_answers" USING btree ("stored_at","id") WHERE flags <> '{}';--> statement-breakpoint
CREATE INDEX "deliveries_flagged_idx" ON "deliveries" USING btree ("stored_at","id") WHERE flags <> '{}';--> statement-breakpoint
CREATE INDEX "calls_contact_idx" ON "calls" USING btree ("contact_id","occurred_at","call_id");--> statement-breakpoint
CREATE INDEX "calls_occurred_idx" ON "calls" USING btree ("occurred_at","call_id","outcome","goal","scenario_id","duration_seconds","is_test","enrichment_state","dial_result");--> statement-breakpoint
CREATE INDEX "calls_outcome_idx" ON "calls" USING btree ("outcome","occurred_at","call_id");--> statement-breakpoint
DROP INDEX "calls_phone_idx";--> statement-breakpoint
CREATE INDEX "calls_phone_digits_idx" ON "calls" USING btree ("phone_digits") WHERE phone_digits is not null;--> statement-breakpoint
CREATE INDEX "calls_scenario_idx" ON "calls" USING btree ("scenario_id","occurred_at","call_id") WHERE scenario_id is not null;--> statement-breakpoint
CREATE INDEX "calls_reviewed_idx" ON "calls" USING btree ("occurred_at","call_id") WHERE reviewed_at is not null;--> statement-breakpoint
CREATE INDEX "calls_enrichment_state_idx" ON "calls" USING btree ("enrichment_state","occurred_at","call_id") WHERE enrichment_state <> 'done';--> statement-breakpoint
-- The row of a contact, computed from all calls of its group. Test calls, and calls that the vendor does not know, decide nothing in a group that
-- has others. The last call of a group has the highest attempt; between equals, the vendor's times decide, never the order of arrival.
CREATE FUNCTION "computed_contact"(wanted text) RETURNS SETOF "contacts" LANGUAGE sql STABLE AS $$
	WITH members AS (
		SELECT *, NOT is_test AND enrichment_state <> 'not_found' AS is_counted,
			coalesce(attempt, CASE WHEN root_call_id <> call_id THEN 2 ELSE 1 END) AS place,
			coalesce(started_at, scheduled_at, created_at, ended_at) AS told_at,
			outcome IS NULL AND dial_result = 'not_dialled' AND status IN ('scheduled', 'queued', 'dialing', 'ringing') AS is_booked
		FROM calls WHERE contact_id = wanted
	), deciding AS (
		SELECT * FROM members WHERE is_counted OR NOT EXISTS (SELECT FROM members WHERE is_counted)
	), last_call AS (
		SELECT * FROM deciding ORDER BY place DESC, told_at DESC NULLS LAST, call_id DESC LIMIT 1
	), reached AS (
		SELECT call_id FROM deciding WHERE dial_result = 'reached' ORDER BY place, told_at NULLS FIRST, call_id LIMIT 1
	), decided AS (
		SELECT call_id, is_booked, next_retry_at, scheduled_at,
			CASE
				WHEN EXISTS (SELECT FROM reached) THEN 'reached'
				WHEN is_booked THEN 'trying'
				WHEN dial_result = 'not_dialled' THEN 'called_off'
				WHEN next_retry_at IS NOT NULL THEN 'trying'
				ELSE 'not_reached'
			END AS state
		FROM last_call
	)
	SELECT
		wanted, state,
		(SELECT count(*) FILTER (WHERE dial_result <> 'not_dialled') FROM deciding)::integer,
		decided.call_id,
		(SELECT call_id FROM reached),
		CASE WHEN state = 'trying' THEN CASE WHEN is_booked THEN coalesce(scheduled_at, next_retry_at) ELSE next_retry_at END END,
		(SELECT min(occurred_at) FROM members),
		(SELECT max(occurred_at) FROM members),
		(SELECT NOT bool_or(has_retry_fields) FROM deciding)
	FROM decided
$$;--> statement-breakpoint
-- Brings the row of a contact up to date. The row is locked first, and its calls are read by a later statement, which therefore sees the calls
-- of every transaction that held the lock before. So the result does not depend on the order of concurrent transactions.
CREATE FUNCTION "refresh_contact"(wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	LOOP
		PERFORM FROM contacts WHERE contact_id = wanted FOR UPDATE;
		IF FOUND THEN
			UPDATE contacts SET (state, attempts, last_call_id, reached_call_id, next_retry_at, first_at, last_at, is_inferred)
				= (now_.state, now_.attempts, now_.last_call_id, now_.reached_call_id, now_.next_retry_at, now_.first_at, now_.last_at, now_.is_inferred)
			FROM computed_contact(wanted) AS now_ WHERE contacts.contact_id = wanted;
			IF NOT FOUND THEN
				DELETE FROM contacts WHERE contact_id = wanted;
			END IF;
			RETURN;
		END IF;
		INSERT INTO contacts SELECT * FROM computed_contact(wanted) ON CONFLICT DO NOTHING;
		-- Nothing was inserted if the contact has no calls, or if another transaction inserted it: then its row is there now.
		IF FOUND OR NOT EXISTS (SELECT FROM calls WHERE contact_id = wanted) THEN
			RETURN;
		END IF;
	END LOOP;
END
$$;--> statement-breakpoint
CREATE FUNCTION "refresh_contact_of_call"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- Two contacts are always locked in the order of their ids, so that transactions cannot deadlock.
	IF TG_OP = 'UPDATE' AND OLD.contact_id < NEW.contact_id THEN
		PERFORM refresh_contact(OLD.contact_id);
	END IF;
	PERFORM refresh_contact(NEW.contact_id);
	IF TG_OP = 'UPDATE' AND OLD.contact_id > NEW.contact_id THEN
		PERFORM refresh_contact(OLD.contact_id);
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "refresh_contacts_of_deleted_calls"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	wanted text;
BEGIN
	FOR wanted IN SELECT DISTINCT contact_id FROM deleted_calls ORDER BY contact_id LOOP
		PERFORM refresh_contact(wanted);
	END LOOP;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "calls_contact_inserted" AFTER INSERT ON "calls" FOR EACH ROW EXECUTE FUNCTION "refresh_contact_of_call"();--> statement-breakpoint
CREATE TRIGGER "calls_contact_changed" AFTER UPDATE ON "calls" FOR EACH ROW
WHEN (
	(OLD.contact_id, OLD.dial_result, OLD.attempt, OLD.next_retry_at, OLD.scheduled_at, OLD.has_retry_fields, OLD.occurred_at, OLD.started_at,
		OLD.created_at, OLD.ended_at, OLD.status, OLD.is_test, OLD.enrichment_state = 'not_found')
	IS DISTINCT FROM
	(NEW.contact_id, NEW.dial_result, NEW.attempt, NEW.next_retry_at, NEW.scheduled_at, NEW.has_retry_fields, NEW.occurred_at, NEW.started_at,
		NEW.created_at, NEW.ended_at, NEW.status, NEW.is_test, NEW.enrichment_state = 'not_found')
)
EXECUTE FUNCTION "refresh_contact_of_call"();--> statement-breakpoint
CREATE TRIGGER "calls_contact_deleted" AFTER DELETE ON "calls" REFERENCING OLD TABLE AS deleted_calls FOR EACH STATEMENT
EXECUTE FUNCTION "refresh_contacts_of_deleted_calls"();--> statement-breakpoint
-- Until now no call had a root, so each is a contact of its own. In one scan, because a large table has millions of calls.
INSERT INTO contacts
SELECT contact_id,
	CASE
		WHEN dial_result = 'reached' THEN 'reached'
		WHEN outcome IS NULL AND status IN ('scheduled', 'queued', 'dialing', 'ringing') THEN 'trying'
		WHEN dial_result = 'not_dialled' THEN 'called_off'
		ELSE 'not_reached'
	END,
	CASE WHEN dial_result = 'not_dialled' THEN 0 ELSE 1 END,
	call_id, CASE WHEN dial_result = 'reached' THEN call_id END, NULL, occurred_at, occurred_at, true
FROM calls;
