-- Bytes lie in the object store before the row that speaks of them. Until that row commits this one names them, so
-- that a process that is killed between the two leaves nothing behind for ever. Bytes whose row was deleted stand
-- here as well. `-infinity` means that they are being removed, and that it is too late for their row.
CREATE TABLE unfinished (
    key text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX unfinished_by_time ON unfinished (at);
