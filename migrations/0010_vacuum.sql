-- A job leaves two dead rows behind. By default a fifth of the table may be dead before anybody tidies up, which at a
-- million jobs is ten minutes of 300 a second; what reads through them gets slower meanwhile.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
