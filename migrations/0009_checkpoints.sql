-- Where a run stands, in its own words: {"seq": the last event it counts on, "state": {...}}. An attempt that comes
-- after it begins there. Written with the events it speaks of, by the running attempt alone.
ALTER TABLE jobs ADD COLUMN checkpoint jsonb;
