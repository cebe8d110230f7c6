-- By hand
-- The indexes of migrations 0010 to 0013 contain expressions, of which Postgres knows nothing before it has analyzed the tables: it would read all calls instead
-- of using them. By itself it does so only after a tenth of the rows has changed.
ANALYZE "calls";--> statement-breakpoint
ANALYZE "contacts";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "contacts_span_idx" ON "contacts" USING gist (tstzrange(first_at, last_at, '[]')) WHERE first_at < last_at;
