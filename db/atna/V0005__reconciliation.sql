-- Journals of nodes that stood in for this one, brought into the trail (reconcile.h). Only added to; one row for each
-- time a journal was brought in, also when all of it was there already.
CREATE TABLE atna.reconciliation (
    reconciliation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batches           bigint NOT NULL,  -- of the journal's own chain
    head              bytea NOT NULL CHECK (length(head) = 32),
    records           bigint NOT NULL,
    added             bigint NOT NULL,  -- the others were in the trail already
    unacknowledged    bigint NOT NULL,  -- left out: nothing was answered on them
    first_time        timestamptz,
    last_time         timestamptz,
    brought_by        text NOT NULL,
    brought_at        timestamptz NOT NULL
);

GRANT SELECT, INSERT ON atna.reconciliation TO musubi_serving;
GRANT SELECT ON atna.reconciliation TO musubi_report;
