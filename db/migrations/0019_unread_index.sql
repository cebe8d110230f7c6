-- By hand: CONCURRENTLY and IF EXISTS
-- No statement looks calls up by when they were first received: retention goes by when a call took place. Every new call was an entry here.
DROP INDEX CONCURRENTLY IF EXISTS "calls_first_received_idx";
