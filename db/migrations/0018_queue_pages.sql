-- By hand
-- Every figure reads these tables from the first page to the last, so vacuum must give the pages of a queue that was long once back: 360 MB of empty pages take 80 ms.
-- Deliveries do not notice it: vacuum asks for the lock without waiting, and lets go of it as soon as somebody else waits.
ALTER TABLE "statistics_changes" RESET (vacuum_truncate);--> statement-breakpoint
ALTER TABLE "contact_changes" RESET (vacuum_truncate);
