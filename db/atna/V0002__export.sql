-- How far each destination of the export certainly has everything: the chain itself is the spool.
CREATE TABLE atna.export_cursor (
    destination text PRIMARY KEY,
    seq         bigint NOT NULL,
    moved_at    timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON atna.export_cursor TO musubi_serving;
GRANT SELECT ON atna.export_cursor TO musubi_report;
