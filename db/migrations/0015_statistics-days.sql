CREATE TABLE "contact_days" (
	"dimension" text NOT NULL,
	"value" text NOT NULL,
	"day" date NOT NULL,
	"previous_day" date,
	"state" text NOT NULL,
	"is_counted" boolean,
	"people" integer NOT NULL,
	"hours" integer[] NOT NULL,
	CONSTRAINT "contact_days_key" UNIQUE NULLS NOT DISTINCT("dimension","value","day","previous_day","state","is_counted"),
	CONSTRAINT "contact_days_dimension_check" CHECK ("contact_days"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt','dial')),
	CONSTRAINT "contact_days_state_check" CHECK ("contact_days"."state" in ('reached','trying','not_reached','called_off'))
);
--> statement-breakpoint
CREATE TABLE "outcome_days" (
	"dimension" text NOT NULL,
	"day" date NOT NULL,
	"value" text NOT NULL,
	"outcome" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"calls" integer NOT NULL,
	CONSTRAINT "outcome_days_dimension_day_value_outcome_is_counted_pk" PRIMARY KEY("dimension","day","value","outcome","is_counted"),
	CONSTRAINT "outcome_days_dimension_check" CHECK ("outcome_days"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt','dial'))
);
--> statement-breakpoint
CREATE TABLE "slice_months" (
	"dimension" text NOT NULL,
	"month" date NOT NULL,
	"value" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"dials" integer[] NOT NULL,
	"reached" integer[] NOT NULL,
	"seconds" integer[] NOT NULL,
	"counts" integer[] NOT NULL,
	CONSTRAINT "slice_months_dimension_month_value_is_counted_pk" PRIMARY KEY("dimension","month","value","is_counted"),
	CONSTRAINT "slice_months_dimension_check" CHECK ("slice_months"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt'))
);
--> statement-breakpoint
-- By hand
-- The cells of today and of this month are updated again and again. With room on the page, that changes no index.
ALTER TABLE "contact_days" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "outcome_days" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "slice_months" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
-- TRUNCATE fires none of the triggers that queue changes. Without this row, figures are read from the calls until the cells are built again.
CREATE FUNCTION "forget_statistics"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	DELETE FROM public.statistics_state;
	-- A build that is under way begins again.
	DELETE FROM public.states WHERE key = 'statistics build';
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "calls_statistics_truncated" AFTER TRUNCATE ON "calls" FOR EACH STATEMENT EXECUTE FUNCTION "forget_statistics"();--> statement-breakpoint
CREATE TRIGGER "contacts_statistics_truncated" AFTER TRUNCATE ON "contacts" FOR EACH STATEMENT EXECUTE FUNCTION "forget_statistics"();
