CREATE FUNCTION public.bell_score(run_at timestamp with time zone, priority smallint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((EXTRACT(epoch FROM run_at) * (1000)::numeric))::bigint - ((priority + 100) * 60000));
CREATE FUNCTION public.dependency_failed() RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN jsonb_build_object('code', 'dependency_failed', 'message', 'A job this one depends on did not succeed.', 'retryable', true, 'attempt', 0);
CREATE FUNCTION public.gate_room(wanted text, OUT at timestamp with time zone, OUT tokens double precision, OUT room double precision) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    gate gates;
BEGIN
    SELECT * INTO gate FROM gates WHERE name = wanted FOR NO KEY UPDATE;
    at := clock_timestamp();
    tokens := gate_tokens(gate, at);
    room := least(floor(tokens), gate.concurrency - CASE WHEN gate.concurrency IS NOT NULL THEN
        (SELECT count(*) FROM jobs WHERE status = 'running' AND kind = wanted) END);
END $$;
CREATE TABLE public.gates (
    name text NOT NULL,
    concurrency integer,
    per_second double precision,
    burst integer NOT NULL,
    tokens double precision NOT NULL,
    refilled_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gates_burst_check CHECK ((burst > 0)),
    CONSTRAINT gates_check CHECK ((num_nonnulls(concurrency, per_second) > 0)),
    CONSTRAINT gates_concurrency_check CHECK ((concurrency > 0)),
    CONSTRAINT gates_per_second_check CHECK ((per_second > (0)::double precision))
);
CREATE FUNCTION public.gate_tokens(gate public.gates, at timestamp with time zone) RETURNS double precision
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((gate).per_second IS NOT NULL) THEN LEAST(((gate).burst)::double precision, ((gate).tokens + ((gate).per_second * GREATEST((0)::double precision, (EXTRACT(epoch FROM (at - (gate).refilled_at)))::double precision)))) ELSE NULL::double precision END;
CREATE FUNCTION public.refuse_transition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a job cannot go from % (attempt %, event %) to % (attempt %, event %)',
        OLD.status, OLD.attempt, OLD.event_seq, NEW.status, NEW.attempt, NEW.event_seq
        USING ERRCODE = 'check_violation',
            HINT = 'A claim alone raises the attempt, and every transition raises event_seq.';
END $$;
CREATE TABLE public.artifacts (
    job_id uuid NOT NULL,
    name text NOT NULL,
    attempt integer NOT NULL,
    key text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT artifacts_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT artifacts_name_check CHECK ((name <> ''::text)),
    CONSTRAINT artifacts_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE TABLE public.files (
    id uuid NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    name text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT files_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT files_name_check CHECK ((name <> ''::text)),
    CONSTRAINT files_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE TABLE public.idempotency_keys (
    tenant text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    reply text,
    job_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.job_deps (
    job_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    CONSTRAINT job_deps_check CHECK ((job_id <> parent_id))
);
CREATE TABLE public.job_events (
    job_id uuid NOT NULL,
    seq bigint NOT NULL,
    attempt integer NOT NULL,
    type text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT job_events_seq_check CHECK ((seq > 0))
);
CREATE TABLE public.jobs (
    id uuid NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    kind text NOT NULL,
    queue text NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    status text NOT NULL,
    input jsonb,
    output jsonb,
    error jsonb,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    progress jsonb,
    attempt integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    deaths integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    event_seq bigint DEFAULT 0 NOT NULL,
    run_at timestamp with time zone NOT NULL,
    score bigint GENERATED ALWAYS AS (public.bell_score(run_at, priority)) STORED NOT NULL,
    deadline_at timestamp with time zone,
    timeout_s double precision,
    cancel_requested_at timestamp with time zone,
    erase_requested_at timestamp with time zone,
    worker_id uuid,
    flow_id uuid,
    batch_id uuid,
    retry_of uuid,
    pending_deps integer DEFAULT 0 NOT NULL,
    on_failure text DEFAULT 'cancel'::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    trace text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    step text,
    part_of uuid,
    bound boolean DEFAULT false NOT NULL,
    has_children boolean DEFAULT false NOT NULL,
    checkpoint jsonb,
    CONSTRAINT counters_sane CHECK (((attempt >= 0) AND (failures >= 0) AND (deaths >= 0) AND (max_attempts > 0) AND (event_seq >= 0))),
    CONSTRAINT failed_says_why CHECK (((error IS NOT NULL) OR (status <> ALL ('{failed,expired}'::text[])))),
    CONSTRAINT finished_iff_terminal CHECK (((finished_at IS NOT NULL) = (status = ANY ('{succeeded,failed,canceled,expired}'::text[])))),
    CONSTRAINT on_failure_known CHECK ((on_failure = ANY ('{cancel,run}'::text[]))),
    CONSTRAINT output_only_of_success CHECK (((output IS NULL) OR (status = 'succeeded'::text))),
    CONSTRAINT owned_iff_running CHECK (((worker_id IS NOT NULL) = (status = 'running'::text))),
    CONSTRAINT priority_range CHECK (((priority >= '-100'::integer) AND (priority <= 100))),
    CONSTRAINT ready_has_no_pending CHECK (((pending_deps = 0) OR (status <> ALL ('{queued,scheduled,running}'::text[])))),
    CONSTRAINT running_has_started CHECK (((status <> 'running'::text) OR ((started_at IS NOT NULL) AND (attempt > 0)))),
    CONSTRAINT status_known CHECK ((status = ANY ('{scheduled,waiting,queued,running,succeeded,failed,canceled,expired}'::text[]))),
    CONSTRAINT success_has_no_error CHECK (((status <> 'succeeded'::text) OR (error IS NULL))),
    CONSTRAINT timeout_positive CHECK ((timeout_s > (0)::double precision)),
    CONSTRAINT waiting_iff_pending CHECK (((pending_deps >= 0) AND ((status <> 'waiting'::text) OR (pending_deps > 0))))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='2000');
CREATE TABLE public.migrations (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.site_files (
    slug text NOT NULL,
    version integer NOT NULL,
    path text NOT NULL,
    key text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    CONSTRAINT site_files_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT site_files_path_check CHECK ((path <> ''::text)),
    CONSTRAINT site_files_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE TABLE public.site_versions (
    slug text NOT NULL,
    version integer NOT NULL,
    job_id uuid NOT NULL,
    spec jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT site_versions_version_check CHECK ((version > 0))
);
CREATE TABLE public.sites (
    slug text NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    job_id uuid NOT NULL,
    title text NOT NULL,
    live integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sites_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))
);
CREATE TABLE public.unfinished (
    key text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.workers (
    id uuid NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    guard_pid integer,
    slots jsonb NOT NULL,
    busy integer DEFAULT 0 NOT NULL,
    status text DEFAULT 'alive'::text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    beat_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT workers_busy_check CHECK ((busy >= 0)),
    CONSTRAINT workers_check CHECK (((ended_at IS NOT NULL) = (status = ANY (ARRAY['dead'::text, 'stopped'::text])))),
    CONSTRAINT workers_status_check CHECK ((status = ANY (ARRAY['alive'::text, 'draining'::text, 'dead'::text, 'stopped'::text])))
);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (job_id, name);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.gates
    ADD CONSTRAINT gates_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant, key);
ALTER TABLE ONLY public.job_deps
    ADD CONSTRAINT job_deps_pkey PRIMARY KEY (job_id, parent_id);
ALTER TABLE ONLY public.job_events
    ADD CONSTRAINT job_events_pkey PRIMARY KEY (job_id, seq);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.site_files
    ADD CONSTRAINT site_files_pkey PRIMARY KEY (slug, version, path);
ALTER TABLE ONLY public.site_versions
    ADD CONSTRAINT site_versions_pkey PRIMARY KEY (slug, version);
ALTER TABLE ONLY public.site_versions
    ADD CONSTRAINT site_versions_slug_job_id_key UNIQUE (slug, job_id);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_job_id_key UNIQUE (job_id);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (slug);
ALTER TABLE ONLY public.unfinished
    ADD CONSTRAINT unfinished_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);
CREATE INDEX files_by_time ON public.files USING btree (tenant, id DESC);
CREATE INDEX idempotency_keys_by_job ON public.idempotency_keys USING btree (job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX idempotency_keys_by_time ON public.idempotency_keys USING btree (created_at);
CREATE INDEX job_deps_by_parent ON public.job_deps USING btree (parent_id);
CREATE INDEX jobs_by_batch ON public.jobs USING btree (batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX jobs_by_flow ON public.jobs USING btree (flow_id, id) WHERE (flow_id IS NOT NULL);
CREATE INDEX jobs_by_join ON public.jobs USING btree (part_of) WHERE (part_of IS NOT NULL);
CREATE INDEX jobs_by_kind ON public.jobs USING btree (tenant, kind, queue, status, id DESC NULLS LAST) WHERE (status <> 'running'::text);
CREATE INDEX jobs_by_queue ON public.jobs USING btree (tenant, queue, status, id DESC NULLS LAST) WHERE (status <> 'running'::text);
CREATE INDEX jobs_by_status ON public.jobs USING btree (tenant, status, id DESC NULLS LAST) WHERE (status <> 'running'::text);
CREATE INDEX jobs_by_tag ON public.jobs USING gin (tags) WHERE (tags <> '{}'::text[]);
CREATE INDEX jobs_deadline ON public.jobs USING btree (deadline_at) WHERE ((deadline_at IS NOT NULL) AND (status = ANY (ARRAY['scheduled'::text, 'waiting'::text, 'queued'::text])));
CREATE INDEX jobs_due ON public.jobs USING btree (run_at) WHERE (status = 'scheduled'::text);
CREATE INDEX jobs_finished ON public.jobs USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_ready ON public.jobs USING btree (kind, queue, score, id) WHERE (status = 'queued'::text);
CREATE INDEX jobs_running ON public.jobs USING btree (worker_id, kind) WHERE (status = 'running'::text);
CREATE INDEX jobs_to_erase ON public.jobs USING btree (id) WHERE (erase_requested_at IS NOT NULL);
CREATE INDEX sites_by_time ON public.sites USING btree (tenant, created_at DESC, slug);
CREATE INDEX unfinished_by_time ON public.unfinished USING btree (at);
CREATE INDEX workers_up ON public.workers USING btree (beat_at) WHERE (status = ANY (ARRAY['alive'::text, 'draining'::text]));
CREATE TRIGGER jobs_transition AFTER UPDATE OF status ON public.jobs FOR EACH ROW WHEN (((old.status <> new.status) AND ((((old.status || ' '::text) || new.status) <> ALL ('{"waiting queued","waiting scheduled","waiting canceled","waiting expired","scheduled queued","scheduled canceled","scheduled expired","queued running","queued canceled","queued expired","running succeeded","running failed","running canceled","running scheduled","running queued"}'::text[])) OR (new.attempt <> (old.attempt + ((new.status = 'running'::text))::integer)) OR (new.event_seq <= old.event_seq)))) EXECUTE FUNCTION public.refuse_transition();
ALTER TABLE ONLY public.job_deps
    ADD CONSTRAINT job_deps_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT live_is_a_version FOREIGN KEY (slug, live) REFERENCES public.site_versions(slug, version) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.site_files
    ADD CONSTRAINT site_files_slug_version_fkey FOREIGN KEY (slug, version) REFERENCES public.site_versions(slug, version) ON DELETE CASCADE;
ALTER TABLE ONLY public.site_versions
    ADD CONSTRAINT site_versions_slug_fkey FOREIGN KEY (slug) REFERENCES public.sites(slug) ON DELETE CASCADE;
