CREATE TABLE "call_kinds" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "call_kinds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"hash" bigint NOT NULL,
	"scenario_id" text,
	"outcome" text,
	"goal" text,
	"direction" text,
	"language" text,
	"attempt" integer,
	"dial_result" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"calls" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contact_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" text NOT NULL,
	"state_before" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "criterion_cells" (
	"span" text NOT NULL,
	"start" date NOT NULL,
	"kind_id" integer NOT NULL,
	"criterion" text NOT NULL,
	"judged" integer NOT NULL,
	"met" integer NOT NULL,
	"primaries" integer NOT NULL,
	CONSTRAINT "criterion_cells_span_start_kind_id_criterion_pk" PRIMARY KEY("span","start","kind_id","criterion"),
	CONSTRAINT "criterion_cells_span_check" CHECK ("criterion_cells"."span" in ('day','month'))
);
--> statement-breakpoint
CREATE TABLE "slice_days" (
	"dimension" text NOT NULL,
	"value" text,
	"is_counted" boolean NOT NULL,
	"day" date NOT NULL,
	"dials" integer[] NOT NULL,
	"reached" integer[] NOT NULL,
	"seconds" integer[] NOT NULL,
	"counts" integer[] NOT NULL,
	CONSTRAINT "slice_days_key" UNIQUE NULLS NOT DISTINCT("dimension","day","value","is_counted"),
	CONSTRAINT "slice_days_dimension_check" CHECK ("slice_days"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt'))
);
--> statement-breakpoint
CREATE TABLE "statistics_cells" (
	"span" text NOT NULL,
	"start" date NOT NULL,
	"kind_id" integer NOT NULL,
	"calls" integer NOT NULL,
	"timed" integer NOT NULL,
	"talk_seconds" bigint NOT NULL,
	CONSTRAINT "statistics_cells_span_start_kind_id_pk" PRIMARY KEY("span","start","kind_id"),
	CONSTRAINT "statistics_cells_span_check" CHECK ("statistics_cells"."span" in ('day','month'))
);
--> statement-breakpoint
CREATE TABLE "statistics_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "statistics_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sign" smallint NOT NULL,
	"contact_id" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"scenario_id" text,
	"outcome" text,
	"goal" text,
	"direction" text,
	"language" text,
	"attempt" integer,
	"dial_result" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"duration_seconds" integer,
	"criteria" jsonb,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "statistics_changes_sign_check" CHECK (sign in (-1, 1))
);
--> statement-breakpoint
CREATE TABLE "statistics_state" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"zone" text NOT NULL,
	"built_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "statistics_state_one_row" CHECK ("statistics_state"."id")
);
--> statement-breakpoint
CREATE INDEX "call_kinds_hash_idx" ON "call_kinds" USING btree ("hash");--> statement-breakpoint
-- By hand
-- Rows of the queues are deleted soon after they are written, so what is dead is most of them. Vacuum by their number, without pauses,
-- and without giving pages back: deliveries would wait for the lock that this takes.
ALTER TABLE "statistics_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false);--> statement-breakpoint
ALTER TABLE "contact_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false);--> statement-breakpoint
-- The cells of today and of this month are updated again and again. With room on the page, that changes no index.
ALTER TABLE "call_kinds" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);--> statement-breakpoint
ALTER TABLE "statistics_cells" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "criterion_cells" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "slice_days" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
-- A number for everything that statistics tell calls apart by. Null and '' are different. An index contains it, so it must never change.
CREATE FUNCTION "call_kind"("scenario_id" text, "outcome" text, "goal" text, "direction" text, "language" text, "attempt" integer, "dial_result" text, "is_counted" boolean)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT hashtextextended((
		coalesce('=' || $1, '') || E'\x1F' || coalesce('=' || $2, '') || E'\x1F' || coalesce('=' || $3, '') || E'\x1F' || coalesce('=' || $4, '') || E'\x1F' ||
		coalesce('=' || $5, '') || E'\x1F' || coalesce($6::text, '') || E'\x1F' || coalesce($7, '') || E'\x1F' || CASE WHEN $8 THEN '1' ELSE '0' END
	) COLLATE "C", 0)
$$;--> statement-breakpoint
-- The triggers below append to the queues with the rights of the owner: the role of the application has rights on the new tables only after the
-- migration, and the version before goes on meanwhile. An INSERT … ON CONFLICT DO UPDATE fires those of both commands, each with its own rows.
CREATE FUNCTION "queue_inserted_calls"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	INSERT INTO public.statistics_changes
		(sign, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, duration_seconds, criteria)
	SELECT 1, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result,
		NOT is_test AND enrichment_state <> 'not_found', duration_seconds, criteria
	FROM inserted_calls;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "queue_deleted_calls"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	INSERT INTO public.statistics_changes
		(sign, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, duration_seconds, criteria)
	SELECT -1, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result,
		NOT is_test AND enrichment_state <> 'not_found', duration_seconds, criteria
	FROM deleted_calls;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "queue_changed_call"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	INSERT INTO public.statistics_changes
		(sign, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, duration_seconds, criteria)
	VALUES
		(-1, OLD.contact_id, OLD.occurred_at, OLD.scenario_id, OLD.outcome, OLD.goal, OLD.direction, OLD.language, OLD.attempt, OLD.dial_result,
			NOT OLD.is_test AND OLD.enrichment_state <> 'not_found', OLD.duration_seconds, OLD.criteria),
		(1, NEW.contact_id, NEW.occurred_at, NEW.scenario_id, NEW.outcome, NEW.goal, NEW.direction, NEW.language, NEW.attempt, NEW.dial_result,
			NOT NEW.is_test AND NEW.enrichment_state <> 'not_found', NEW.duration_seconds, NEW.criteria);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "queue_changed_contact"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	INSERT INTO public.contact_changes (contact_id, state_before) VALUES (OLD.contact_id, OLD.state);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "calls_statistics_inserted" AFTER INSERT ON "calls" REFERENCING NEW TABLE AS inserted_calls FOR EACH STATEMENT
EXECUTE FUNCTION "queue_inserted_calls"();--> statement-breakpoint
CREATE TRIGGER "calls_statistics_deleted" AFTER DELETE ON "calls" REFERENCING OLD TABLE AS deleted_calls FOR EACH STATEMENT
EXECUTE FUNCTION "queue_deleted_calls"();--> statement-breakpoint
-- For each row, because most updates change nothing here: then the condition is all they cost.
CREATE TRIGGER "calls_statistics_changed" AFTER UPDATE ON "calls" FOR EACH ROW
WHEN (
	(OLD.contact_id, OLD.occurred_at, OLD.scenario_id, OLD.outcome, OLD.goal, OLD.direction, OLD.language, OLD.attempt, OLD.dial_result,
		NOT OLD.is_test AND OLD.enrichment_state <> 'not_found', OLD.duration_seconds, OLD.criteria)
	IS DISTINCT FROM
	(NEW.contact_id, NEW.occurred_at, NEW.scenario_id, NEW.outcome, NEW.goal, NEW.direction, NEW.language, NEW.attempt, NEW.dial_result,
		NOT NEW.is_test AND NEW.enrichment_state <> 'not_found', NEW.duration_seconds, NEW.criteria)
)
EXECUTE FUNCTION "queue_changed_call"();--> statement-breakpoint
-- A new contact needs none: no call of it is folded, so it is in no cell, whatever its state.
CREATE TRIGGER "contacts_statistics_changed" AFTER UPDATE ON "contacts" FOR EACH ROW WHEN (OLD.state <> NEW.state)
EXECUTE FUNCTION "queue_changed_contact"();--> statement-breakpoint
CREATE TRIGGER "contacts_statistics_deleted" AFTER DELETE ON "contacts" FOR EACH ROW EXECUTE FUNCTION "queue_changed_contact"();--> statement-breakpoint
CREATE INDEX CONCURRENTLY "calls_kind_idx" ON "calls" USING btree (call_kind(scenario_id, outcome, goal, direction, language, attempt, dial_result, not is_test and enrichment_state <> 'not_found'),"occurred_at","call_id");