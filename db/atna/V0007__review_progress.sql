-- How far the log review has come (findings_keeper.h), so that a node that stood still for longer than the rules look back
-- goes on from there. `last_seq`: everything up to it was there when somebody last looked; what the chain took in later is
-- looked at by its own time, however long ago that was. One row; none before the first look.
CREATE TABLE atna.review_progress (
    only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    looked_until timestamptz NOT NULL,
    last_seq     bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON atna.review_progress TO musubi_serving;
GRANT SELECT ON atna.review_progress TO musubi_report;
