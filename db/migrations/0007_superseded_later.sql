-- One delivery of a call is `applied`: the one that decided the call's outcome. When another delivery decides it, the earlier one becomes
-- `superseded`. A trigger does this, because the merging statement takes its snapshot before it waits for the lock on the call, so it
-- cannot see a delivery that another transaction stored meanwhile. The trigger's function is volatile, so its statements take new snapshots.
-- The trigger is created last: from then until the end of the transaction, deliveries wait.
UPDATE deliveries SET verdict = 'superseded'
FROM call_details
WHERE call_details.call_id = deliveries.call_id AND deliveries.verdict = 'applied'
	AND call_details.facts #>> '{outcome,d}' IS DISTINCT FROM deliveries.id::text;--> statement-breakpoint
CREATE FUNCTION "mark_superseded_delivery"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE deliveries SET verdict = 'superseded'
	WHERE call_id = NEW.call_id AND id = (OLD.facts #>> '{outcome,d}')::uuid AND verdict = 'applied';
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "call_details_outcome_changed" AFTER UPDATE ON "call_details" FOR EACH ROW
WHEN (OLD.facts #>> '{outcome,d}' IS DISTINCT FROM NEW.facts #>> '{outcome,d}')
EXECUTE FUNCTION "mark_superseded_delivery"();
