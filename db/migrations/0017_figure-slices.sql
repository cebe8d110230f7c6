CREATE TABLE "criterion_slices" (
	"dimension" text NOT NULL,
	"value" text NOT NULL,
	"span" text NOT NULL,
	"start" date NOT NULL,
	"is_counted" boolean NOT NULL,
	"scenarios" text[] NOT NULL,
	"criteria" text[] NOT NULL,
	"judged" integer[] NOT NULL,
	"met" integer[] NOT NULL,
	"primaries" integer[] NOT NULL,
	CONSTRAINT "criterion_slices_dimension_value_span_start_is_counted_pk" PRIMARY KEY("dimension","value","span","start","is_counted"),
	CONSTRAINT "criterion_slices_dimension_check" CHECK ("criterion_slices"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt','dial')),
	CONSTRAINT "criterion_slices_span_check" CHECK ("criterion_slices"."span" in ('day','month'))
);
--> statement-breakpoint
CREATE TABLE "figure_slices" (
	"dimension" text NOT NULL,
	"value" text NOT NULL,
	"span" text NOT NULL,
	"start" date NOT NULL,
	"part" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"keys" text[] NOT NULL,
	"calls" integer[] NOT NULL,
	"dials" integer[] NOT NULL,
	"reached" integer[] NOT NULL,
	"assessed" integer[] NOT NULL,
	"met" integer[] NOT NULL,
	"timed" integer[] NOT NULL,
	"talk_seconds" bigint[] NOT NULL,
	CONSTRAINT "figure_slices_dimension_value_span_start_part_is_counted_pk" PRIMARY KEY("dimension","value","span","start","part","is_counted"),
	CONSTRAINT "figure_slices_dimension_check" CHECK ("figure_slices"."dimension" in ('all','outcome','goal','direction','language','scenario','attempt','dial')),
	CONSTRAINT "figure_slices_span_check" CHECK ("figure_slices"."span" in ('day','month')),
	CONSTRAINT "figure_slices_part_check" CHECK ("figure_slices"."part" in ('outcome','scenario','attempt'))
);
--> statement-breakpoint
-- By hand
-- The rows of today and of this month are updated again and again. With room on the page, that changes no index.
ALTER TABLE "figure_slices" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "criterion_slices" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
-- The statement that adds rows of `statistics_cells`, each with a `sign`, to the slices. It says whether a slice has become empty.
CREATE FUNCTION "figure_slices_from"("signed_cells" text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = '' AS $function$
	SELECT format($statement$
		WITH changed AS MATERIALIZED (
			SELECT span, start, kind_id, sum(sign * calls)::integer AS calls, sum(sign * timed)::integer AS timed,
				sum(sign * talk_seconds)::bigint AS talk_seconds
			FROM (%s) AS signed GROUP BY span, start, kind_id
			HAVING (sum(sign * calls), sum(sign * timed), sum(sign * talk_seconds)) <> (0, 0, 0)
		), summed AS (
			SELECT dimension, value, span, start, part, is_counted, key, sum(changed.calls)::integer AS calls,
				coalesce(sum(changed.calls) FILTER (WHERE dial_result <> 'not_dialled'), 0)::integer AS dials,
				coalesce(sum(changed.calls) FILTER (WHERE dial_result = 'reached'), 0)::integer AS reached,
				coalesce(sum(changed.calls) FILTER (WHERE goal IN ('success', 'failure')), 0)::integer AS assessed,
				coalesce(sum(changed.calls) FILTER (WHERE goal = 'success'), 0)::integer AS met,
				sum(changed.timed)::integer AS timed, sum(changed.talk_seconds)::bigint AS talk_seconds
			FROM changed JOIN public.call_kinds ON call_kinds.id = kind_id
				CROSS JOIN LATERAL (VALUES
					('all', '' COLLATE "C"), ('outcome', coalesce(outcome, 'unknown') COLLATE "C"), ('goal', coalesce(goal, 'unknown') COLLATE "C"),
					('direction', coalesce(direction, 'unknown') COLLATE "C"), ('language', coalesce(language, 'unknown') COLLATE "C"),
					('scenario', coalesce(scenario_id, 'unknown') COLLATE "C"), ('attempt', coalesce(attempt::text, 'unknown') COLLATE "C"), ('dial', dial_result COLLATE "C")
				) AS dimensions (dimension, value)
				CROSS JOIN LATERAL (VALUES
					('outcome', coalesce(outcome, 'unknown') COLLATE "C"), ('scenario', coalesce(scenario_id, 'unknown') COLLATE "C"), ('attempt', coalesce(attempt::text, 'unknown') COLLATE "C")
				) AS parts (part, key)
			GROUP BY dimension, value, span, start, part, is_counted, key
		), slices AS (
			INSERT INTO public.figure_slices AS kept
				(dimension, value, span, start, part, is_counted, keys, calls, dials, reached, assessed, met, timed, talk_seconds)
			SELECT dimension, value, span, start, part, is_counted, array_agg(key), array_agg(calls), array_agg(dials),
				array_agg(reached), array_agg(assessed), array_agg(met), array_agg(timed),
				array_agg(talk_seconds)
			FROM summed GROUP BY dimension, value, span, start, part, is_counted
			ON CONFLICT (dimension, value, span, start, part, is_counted) DO UPDATE SET
				(keys, calls, dials, reached, assessed, met, timed, talk_seconds) = (
					SELECT coalesce(array_agg(key), '{}'), coalesce(array_agg(calls), '{}'), coalesce(array_agg(dials), '{}'),
						coalesce(array_agg(reached), '{}'), coalesce(array_agg(assessed), '{}'), coalesce(array_agg(met), '{}'),
						coalesce(array_agg(timed), '{}'), coalesce(array_agg(talk_seconds), '{}')
					FROM (
						SELECT key, sum(calls)::integer AS calls, sum(dials)::integer AS dials, sum(reached)::integer AS reached, sum(assessed)::integer AS assessed,
							sum(met)::integer AS met, sum(timed)::integer AS timed, sum(talk_seconds)::bigint AS talk_seconds
						FROM (
							SELECT * FROM unnest(kept.keys, kept.calls, kept.dials, kept.reached, kept.assessed, kept.met, kept.timed, kept.talk_seconds)
								AS row (key, calls, dials, reached, assessed, met, timed, talk_seconds)
							UNION ALL
							SELECT * FROM unnest(excluded.keys, excluded.calls, excluded.dials, excluded.reached, excluded.assessed, excluded.met, excluded.timed, excluded.talk_seconds)
						) AS rows
						GROUP BY key HAVING sum(calls) <> 0
					) AS added
				)
			RETURNING keys
		)
		SELECT exists (SELECT FROM slices WHERE keys = '{}')
	$statement$, signed_cells)
$function$;--> statement-breakpoint
-- The same for rows of `criterion_cells`.
CREATE FUNCTION "criterion_slices_from"("signed_cells" text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = '' AS $function$
	SELECT format($statement$
		WITH changed AS MATERIALIZED (
			SELECT span, start, kind_id, criterion COLLATE "C" AS criterion, sum(sign * judged)::integer AS judged, sum(sign * met)::integer AS met, sum(sign * primaries)::integer AS primaries
			FROM (%s) AS signed GROUP BY span, start, kind_id, criterion
			HAVING (sum(sign * judged), sum(sign * met), sum(sign * primaries)) <> (0, 0, 0)
		), summed AS (
			SELECT dimension, value, span, start, is_counted, coalesce(scenario_id, 'unknown') COLLATE "C" AS scenario, criterion, sum(changed.judged)::integer AS judged,
				sum(changed.met)::integer AS met, sum(changed.primaries)::integer AS primaries
			FROM changed JOIN public.call_kinds ON call_kinds.id = kind_id
				CROSS JOIN LATERAL (VALUES
					('all', '' COLLATE "C"), ('outcome', coalesce(outcome, 'unknown') COLLATE "C"), ('goal', coalesce(goal, 'unknown') COLLATE "C"),
					('direction', coalesce(direction, 'unknown') COLLATE "C"), ('language', coalesce(language, 'unknown') COLLATE "C"),
					('scenario', coalesce(scenario_id, 'unknown') COLLATE "C"), ('attempt', coalesce(attempt::text, 'unknown') COLLATE "C"), ('dial', dial_result COLLATE "C")
				) AS dimensions (dimension, value)
			GROUP BY 1, 2, 3, 4, 5, 6, 7
		), slices AS (
			INSERT INTO public.criterion_slices AS kept (dimension, value, span, start, is_counted, scenarios, criteria, judged, met, primaries)
			SELECT dimension, value, span, start, is_counted, array_agg(scenario), array_agg(criterion),
				array_agg(judged), array_agg(met), array_agg(primaries)
			FROM summed GROUP BY dimension, value, span, start, is_counted
			ON CONFLICT (dimension, value, span, start, is_counted) DO UPDATE SET
				(scenarios, criteria, judged, met, primaries) = (
					SELECT coalesce(array_agg(scenario), '{}'), coalesce(array_agg(criterion), '{}'),
						coalesce(array_agg(judged), '{}'), coalesce(array_agg(met), '{}'),
						coalesce(array_agg(primaries), '{}')
					FROM (
						SELECT scenario, criterion, sum(judged)::integer AS judged, sum(met)::integer AS met, sum(primaries)::integer AS primaries
						FROM (
							SELECT * FROM unnest(kept.scenarios, kept.criteria, kept.judged, kept.met, kept.primaries) AS row (scenario, criterion, judged, met, primaries)
							UNION ALL
							SELECT * FROM unnest(excluded.scenarios, excluded.criteria, excluded.judged, excluded.met, excluded.primaries)
						) AS rows
						GROUP BY scenario, criterion HAVING sum(judged) <> 0
					) AS added
				)
			RETURNING criteria
		)
		SELECT exists (SELECT FROM slices WHERE criteria = '{}')
	$statement$, signed_cells)
$function$;--> statement-breakpoint
-- With the rights of the owner, because the version before folds before its role has rights on the new tables.
--
-- Nearly all changes are of the latest month, and two rows for each would cost twice as much. So a month has rows only once a later one has begun: all months
-- up to the latest that has any. Their rows are made of those of their days, and kept from then on.
--
-- Cells that count something are deleted only where all of them are, for a build. The kinds of the others may be gone already.
CREATE FUNCTION "sum_figure_slices"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	open_from date;
	open_to date;
	is_emptied boolean := false;
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF EXISTS (SELECT FROM old_cells WHERE calls <> 0) THEN
			DELETE FROM public.figure_slices;
		END IF;
		RETURN NULL;
	END IF;
	open_from := (SELECT max(start) + interval '1 month' FROM public.figure_slices WHERE (dimension, value, span) = ('all', '', 'month'));
	EXECUTE public.figure_slices_from(format(
		'SELECT * FROM (SELECT *, 1 AS sign FROM new_cells%s) AS cell WHERE span = ''day'' OR start < %L',
		CASE WHEN TG_OP = 'UPDATE' THEN ' UNION ALL SELECT *, -1 FROM old_cells' END, coalesce(open_from, '-infinity')
	)) INTO is_emptied;
	IF is_emptied THEN
		DELETE FROM public.figure_slices WHERE keys = '{}';
	END IF;
	open_to := date_trunc('month', (SELECT max(start) FROM public.figure_slices WHERE (dimension, value, span) = ('all', '', 'day')));
	IF open_to > coalesce(open_from, '-infinity') THEN
		INSERT INTO public.figure_slices (dimension, value, part, is_counted, span, start, keys, calls, dials, reached, assessed, met, timed, talk_seconds)
		SELECT dimension, value, part, is_counted, 'month', month, array_agg(key), array_agg(calls), array_agg(dials), array_agg(reached), array_agg(assessed), array_agg(met), array_agg(timed), array_agg(talk_seconds)
		FROM (
			SELECT dimension, value, part, is_counted, date_trunc('month', start)::date AS month, row.key, sum(row.calls)::integer AS calls, sum(row.dials)::integer AS dials, sum(row.reached)::integer AS reached, sum(row.assessed)::integer AS assessed, sum(row.met)::integer AS met, sum(row.timed)::integer AS timed, sum(row.talk_seconds)::bigint AS talk_seconds
			FROM public.figure_slices AS slice CROSS JOIN LATERAL unnest(slice.keys, slice.calls, slice.dials, slice.reached, slice.assessed, slice.met, slice.timed, slice.talk_seconds)
				AS row (key, calls, dials, reached, assessed, met, timed, talk_seconds)
			WHERE span = 'day' AND start >= coalesce(open_from, '-infinity') AND start < open_to
			GROUP BY dimension, value, part, is_counted, month, row.key
		) AS summed
		GROUP BY dimension, value, part, is_counted, month;
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "sum_criterion_slices"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	open_from date;
	open_to date;
	is_emptied boolean := false;
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF EXISTS (SELECT FROM old_cells WHERE judged <> 0) THEN
			DELETE FROM public.criterion_slices;
		END IF;
		RETURN NULL;
	END IF;
	open_from := (SELECT max(start) + interval '1 month' FROM public.criterion_slices WHERE (dimension, value, span) = ('all', '', 'month'));
	EXECUTE public.criterion_slices_from(format(
		'SELECT * FROM (SELECT *, 1 AS sign FROM new_cells%s) AS cell WHERE span = ''day'' OR start < %L',
		CASE WHEN TG_OP = 'UPDATE' THEN ' UNION ALL SELECT *, -1 FROM old_cells' END, coalesce(open_from, '-infinity')
	)) INTO is_emptied;
	IF is_emptied THEN
		DELETE FROM public.criterion_slices WHERE criteria = '{}';
	END IF;
	open_to := date_trunc('month', (SELECT max(start) FROM public.criterion_slices WHERE (dimension, value, span) = ('all', '', 'day')));
	IF open_to > coalesce(open_from, '-infinity') THEN
		INSERT INTO public.criterion_slices (dimension, value, is_counted, span, start, scenarios, criteria, judged, met, primaries)
		SELECT dimension, value, is_counted, 'month', month, array_agg(scenario), array_agg(criterion), array_agg(judged), array_agg(met), array_agg(primaries)
		FROM (
			SELECT dimension, value, is_counted, date_trunc('month', start)::date AS month, row.scenario, row.criterion, sum(row.judged)::integer AS judged, sum(row.met)::integer AS met, sum(row.primaries)::integer AS primaries
			FROM public.criterion_slices AS slice CROSS JOIN LATERAL unnest(slice.scenarios, slice.criteria, slice.judged, slice.met, slice.primaries)
				AS row (scenario, criterion, judged, met, primaries)
			WHERE span = 'day' AND start >= coalesce(open_from, '-infinity') AND start < open_to
			GROUP BY dimension, value, is_counted, month, row.scenario, row.criterion
		) AS summed
		GROUP BY dimension, value, is_counted, month;
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
-- No fold from here on: what it writes would be counted twice, or not at all. Only folds take this lock, and they try again.
DO $$ BEGIN LOCK TABLE "statistics_state" IN SHARE ROW EXCLUSIVE MODE; END $$;--> statement-breakpoint
CREATE TRIGGER "statistics_cells_inserted" AFTER INSERT ON "statistics_cells" REFERENCING NEW TABLE AS new_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_figure_slices"();--> statement-breakpoint
CREATE TRIGGER "statistics_cells_updated" AFTER UPDATE ON "statistics_cells" REFERENCING NEW TABLE AS new_cells OLD TABLE AS old_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_figure_slices"();--> statement-breakpoint
CREATE TRIGGER "statistics_cells_deleted" AFTER DELETE ON "statistics_cells" REFERENCING OLD TABLE AS old_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_figure_slices"();--> statement-breakpoint
CREATE TRIGGER "criterion_cells_inserted" AFTER INSERT ON "criterion_cells" REFERENCING NEW TABLE AS new_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_criterion_slices"();--> statement-breakpoint
CREATE TRIGGER "criterion_cells_updated" AFTER UPDATE ON "criterion_cells" REFERENCING NEW TABLE AS new_cells OLD TABLE AS old_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_criterion_slices"();--> statement-breakpoint
CREATE TRIGGER "criterion_cells_deleted" AFTER DELETE ON "criterion_cells" REFERENCING OLD TABLE AS old_cells FOR EACH STATEMENT
EXECUTE FUNCTION "sum_criterion_slices"();--> statement-breakpoint
DO $$ BEGIN
	PERFORM set_config('jit', 'off', true), set_config('work_mem', '64MB', true);
	EXECUTE public.figure_slices_from(
		'SELECT *, 1 AS sign FROM public.statistics_cells
		WHERE span = ''day'' OR start < (SELECT date_trunc(''month'', max(start)) FROM public.statistics_cells WHERE span = ''day'')'
	);
	EXECUTE public.criterion_slices_from(
		'SELECT *, 1 AS sign FROM public.criterion_cells
		WHERE span = ''day'' OR start < (SELECT date_trunc(''month'', max(start)) FROM public.criterion_cells WHERE span = ''day'')'
	);
END $$;
