-- Whether a job waits for this one. A parent that nobody waits for ends in one statement, without a transaction:
-- the flag lies in the row that ending locks, so a child that was linked meanwhile is never overlooked.

ALTER TABLE jobs ADD COLUMN has_children boolean NOT NULL DEFAULT false;

UPDATE jobs SET has_children = true WHERE id IN (SELECT parent_id FROM job_deps);
