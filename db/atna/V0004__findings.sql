-- What the rules of the log review found in the chain (findings.h), and what people said about it. Only added to. Found
-- by columns alone: the user stands here as the same keyed token.
CREATE TABLE atna.finding (
    finding_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule         text NOT NULL,
    begins       timestamptz NOT NULL,  -- of the time looked at: [begins, ends)
    ends         timestamptz NOT NULL,
    organisation text NOT NULL,
    user_token   bytea NOT NULL,        -- empty: no person known
    patient      text NOT NULL,         -- as in atna.record; empty: the rule is not about one
    records      bigint NOT NULL,
    patients     bigint NOT NULL,
    first_seq    bigint NOT NULL,
    last_seq     bigint NOT NULL,
    found_at     timestamptz NOT NULL,
    review_by    timestamptz NOT NULL,
    UNIQUE (rule, begins, organisation, user_token, patient)
);

CREATE TABLE atna.finding_review (
    finding_id  bigint PRIMARY KEY REFERENCES atna.finding (finding_id),
    justified   boolean NOT NULL,
    reviewed_by text NOT NULL,
    reviewed_at timestamptz NOT NULL
);

GRANT SELECT, INSERT ON atna.finding, atna.finding_review TO musubi_serving;
GRANT SELECT ON atna.finding, atna.finding_review TO musubi_report;
