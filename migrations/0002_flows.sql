-- Flows: jobs that depend on each other, with values taken from each other's outputs.

ALTER TABLE jobs
    ADD COLUMN step text,                            -- its name within its flow
    ADD COLUMN part_of uuid,                         -- the joining job it works for
    ADD COLUMN bound boolean NOT NULL DEFAULT false; -- its input holds references to its parents' outputs

CREATE INDEX jobs_by_flow ON jobs (flow_id, id) WHERE flow_id IS NOT NULL;
CREATE INDEX jobs_by_join ON jobs (part_of) WHERE part_of IS NOT NULL;
