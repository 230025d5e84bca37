-- A job's row changes twice on its way, and each change writes an entry into every index that holds the row. Lists of
-- all kinds of filters are put together from two indexes, and neither holds the jobs that run: those are few.
-- NULLS LAST keeps the planner from reading "newest first" out of the primary key, through a million rows of others.

DROP INDEX jobs_by_time;
DROP INDEX jobs_by_status;
DROP INDEX jobs_by_kind;

CREATE INDEX jobs_by_queue ON jobs (tenant, queue, status, id DESC NULLS LAST) WHERE status <> 'running';
CREATE INDEX jobs_by_kind ON jobs (tenant, kind, status, id DESC NULLS LAST) WHERE status <> 'running';
