-- Websites: versions that never change once they are stored, and one pointer to the version that is served.

CREATE TABLE sites (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    tenant text NOT NULL DEFAULT 'default',
    job_id uuid NOT NULL UNIQUE, -- the job that made it: its next attempt finds it here
    title text NOT NULL,
    live integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sites_by_time ON sites (tenant, created_at DESC, slug);

CREATE TABLE site_versions (
    slug text NOT NULL REFERENCES sites ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    job_id uuid NOT NULL,
    spec jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slug, version),
    UNIQUE (slug, job_id)
);

CREATE TABLE site_files (
    slug text NOT NULL,
    version integer NOT NULL,
    path text NOT NULL CHECK (path <> ''),
    key text NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    PRIMARY KEY (slug, version, path),
    FOREIGN KEY (slug, version) REFERENCES site_versions ON DELETE CASCADE
);

ALTER TABLE sites ADD CONSTRAINT live_is_a_version
    FOREIGN KEY (slug, live) REFERENCES site_versions (slug, version) DEFERRABLE INITIALLY DEFERRED;
