-- Limits of kinds over all workers. A gate has a row while its kind has a limit; NULL is no limit of that sort.

CREATE TABLE gates (
    name text PRIMARY KEY, -- the kind's
    concurrency integer CHECK (concurrency > 0),
    per_second double precision CHECK (per_second > 0),
    burst integer NOT NULL CHECK (burst > 0),
    tokens double precision NOT NULL,
    refilled_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(concurrency, per_second) > 0)
);

-- What the bucket holds at a moment; NULL where starts are not counted.
CREATE FUNCTION gate_tokens(gate gates, at timestamptz) RETURNS double precision LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN gate.per_second IS NOT NULL THEN least(gate.burst,
        gate.tokens + gate.per_second * greatest(0, extract(epoch FROM at - gate.refilled_at)::double precision)) END;

-- How many jobs of a kind may start now, NULL for any number. The caller holds the gate until its transaction ends.
-- A function, since a statement sees what was committed before it began, and this must see what was committed before
-- the gate was ours: each statement in a volatile function looks anew. And the lock never waits for a client.
CREATE FUNCTION gate_room(wanted text, OUT at timestamptz, OUT tokens double precision, OUT room double precision)
    LANGUAGE plpgsql AS $$
DECLARE
    gate gates;
BEGIN
    SELECT * INTO gate FROM gates WHERE name = wanted FOR NO KEY UPDATE;
    at := clock_timestamp();
    tokens := gate_tokens(gate, at);
    room := least(floor(tokens), gate.concurrency - CASE WHEN gate.concurrency IS NOT NULL THEN
        (SELECT count(*) FROM jobs WHERE status = 'running' AND kind = wanted) END);
END $$;

-- A queue is a set of strands, one for each kind: what nobody here can run, or may run now, is never in the way.
DROP INDEX jobs_ready;
CREATE INDEX jobs_ready ON jobs (kind, queue, score, id) WHERE status = 'queued';
DROP INDEX jobs_running;
CREATE INDEX jobs_running ON jobs (worker_id, kind) WHERE status = 'running';
