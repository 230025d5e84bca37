-- A list by kind and queue read through all jobs of the kind when they lay in other queues. With the queue in the index
-- it reads none; a list by kind alone goes through the few queues in which the kind has jobs.
DROP INDEX jobs_by_kind;
CREATE INDEX jobs_by_kind ON jobs (tenant, kind, queue, status, id DESC NULLS LAST) WHERE status <> 'running';
