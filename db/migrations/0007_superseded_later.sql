-- The delivery whose word was a call's outcome until a better one came is superseded from then on: in any order, and whoever comes at
-- the same moment, one delivery of a call is applied. A trigger, because the statement that merges took its snapshot before it waited
-- for the call's lock and cannot see a delivery that was stored meanwhile; a function that is volatile takes a snapshot of its own.
-- The trigger comes last: making it keeps deliveries waiting until the end of the transaction.
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
