-- What a job is, and the rules no code can break.

-- A point of priority is worth a minute of waiting, so nothing starves. The 100 keeps every score in the past,
-- so that a stock arq worker, which reads a score as a due time, starts low priorities as well.
-- The epoch of a timestamptz does not depend on the time zone, hence IMMUTABLE.
CREATE FUNCTION bell_score(run_at timestamptz, priority smallint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (extract(epoch FROM run_at) * 1000)::bigint - (priority + 100) * 60000;

CREATE FUNCTION dependency_failed() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object(
    'code', 'dependency_failed', 'message', 'A job this one depends on did not succeed.',
    'retryable', true, 'attempt', 0);

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    tenant text NOT NULL DEFAULT 'default',
    kind text NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL DEFAULT 0,
    status text NOT NULL,
    input jsonb,
    output jsonb,
    error jsonb,
    warnings jsonb NOT NULL DEFAULT '[]',
    progress jsonb,
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    deaths integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    event_seq bigint NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL,
    score bigint NOT NULL GENERATED ALWAYS AS (bell_score(run_at, priority)) STORED,
    deadline_at timestamptz,
    timeout_s double precision,
    cancel_requested_at timestamptz,
    erase_requested_at timestamptz,
    worker_id uuid,
    flow_id uuid,
    batch_id uuid,
    retry_of uuid,
    pending_deps integer NOT NULL DEFAULT 0,
    on_failure text NOT NULL DEFAULT 'cancel',
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    trace text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,

    CONSTRAINT status_known CHECK (status IN
        ('scheduled', 'waiting', 'queued', 'running', 'succeeded', 'failed', 'canceled', 'expired')),
    CONSTRAINT finished_iff_terminal CHECK
        ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'canceled', 'expired'))),
    CONSTRAINT owned_iff_running CHECK ((worker_id IS NOT NULL) = (status = 'running')),
    CONSTRAINT running_has_started CHECK (status <> 'running' OR (started_at IS NOT NULL AND attempt > 0)),
    CONSTRAINT waiting_iff_pending CHECK (pending_deps >= 0 AND (status <> 'waiting' OR pending_deps > 0)),
    CONSTRAINT ready_has_no_pending CHECK (status NOT IN ('queued', 'scheduled', 'running') OR pending_deps = 0),
    CONSTRAINT output_only_of_success CHECK (output IS NULL OR status = 'succeeded'),
    CONSTRAINT failed_says_why CHECK (status NOT IN ('failed', 'expired') OR error IS NOT NULL),
    CONSTRAINT success_has_no_error CHECK (status <> 'succeeded' OR error IS NULL),
    CONSTRAINT priority_range CHECK (priority BETWEEN -100 AND 100),
    CONSTRAINT counters_sane CHECK
        (attempt >= 0 AND failures >= 0 AND deaths >= 0 AND max_attempts > 0 AND event_seq >= 0),
    CONSTRAINT timeout_positive CHECK (timeout_s > 0),
    CONSTRAINT on_failure_known CHECK (on_failure IN ('cancel', 'run'))
);

CREATE INDEX jobs_ready ON jobs (queue, score, id) WHERE status = 'queued';
CREATE INDEX jobs_due ON jobs (run_at) WHERE status = 'scheduled';
CREATE INDEX jobs_deadline ON jobs (deadline_at)
    WHERE deadline_at IS NOT NULL AND status IN ('scheduled', 'waiting', 'queued');
CREATE INDEX jobs_running ON jobs (worker_id) WHERE status = 'running';
CREATE INDEX jobs_by_time ON jobs (tenant, id DESC);
CREATE INDEX jobs_by_status ON jobs (tenant, status, id DESC);
CREATE INDEX jobs_by_kind ON jobs (tenant, kind, id DESC);
CREATE INDEX jobs_by_tag ON jobs USING gin (tags) WHERE tags <> '{}';
CREATE INDEX jobs_by_batch ON jobs (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_to_erase ON jobs (id) WHERE erase_requested_at IS NOT NULL;

CREATE FUNCTION refuse_impossible_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('waiting', 'queued'), ('waiting', 'scheduled'), ('waiting', 'canceled'), ('waiting', 'expired'),
        ('scheduled', 'queued'), ('scheduled', 'canceled'), ('scheduled', 'expired'),
        ('queued', 'running'), ('queued', 'canceled'), ('queued', 'expired'),
        ('running', 'succeeded'), ('running', 'failed'), ('running', 'canceled'),
        ('running', 'scheduled'), ('running', 'queued')
    ) THEN
        RAISE EXCEPTION 'a job cannot go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.attempt <> OLD.attempt + (NEW.status = 'running')::integer OR NEW.event_seq <= OLD.event_seq THEN
        RAISE EXCEPTION 'a claim alone raises the attempt, and every transition raises event_seq'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER jobs_transition BEFORE UPDATE OF status ON jobs FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_impossible_transition();

-- No foreign key: a row is written only by the statement that updates its job, and erased with it.
CREATE TABLE job_events (
    job_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    attempt integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, seq)
);

CREATE TABLE job_deps (
    job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
    parent_id uuid NOT NULL,
    PRIMARY KEY (job_id, parent_id),
    CHECK (job_id <> parent_id)
);
CREATE INDEX job_deps_by_parent ON job_deps (parent_id);

CREATE TABLE workers (
    id uuid PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    guard_pid integer,
    slots jsonb NOT NULL,
    busy integer NOT NULL DEFAULT 0 CHECK (busy >= 0),
    status text NOT NULL DEFAULT 'alive' CHECK (status IN ('alive', 'draining', 'dead', 'stopped')),
    started_at timestamptz NOT NULL DEFAULT now(),
    beat_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((ended_at IS NOT NULL) = (status IN ('dead', 'stopped')))
);
CREATE INDEX workers_up ON workers (beat_at) WHERE status IN ('alive', 'draining');

CREATE TABLE files (
    id uuid PRIMARY KEY,
    tenant text NOT NULL DEFAULT 'default',
    name text NOT NULL CHECK (name <> ''),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX files_by_time ON files (tenant, id DESC);

CREATE TABLE artifacts (
    job_id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    attempt integer NOT NULL,
    key text NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, name)
);

CREATE TABLE idempotency_keys (
    tenant text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    reply text,
    job_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (job_id) WHERE job_id IS NOT NULL;
