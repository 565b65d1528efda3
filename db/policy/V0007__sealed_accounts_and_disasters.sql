-- What officers of the agreement have signed: seals of emergency accounts, declarations of a disaster, and their ends.
-- The signed octets stay for ever; a row without good signatures is worth nothing, so that nobody who can only write
-- into tables opens anything. Append-only.
CREATE TABLE policy.statement (
    position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_uuid uuid NOT NULL UNIQUE,
    kind           smallint NOT NULL CHECK (kind IN (1, 2, 3)),  -- seal, disaster, end of a disaster
    about          text NOT NULL CHECK (about <> ''),            -- account; or the declaration that ends
    fingerprint    text NOT NULL DEFAULT '',                     -- of the certificate that a seal is for
    canonical      text NOT NULL,
    ends_at        timestamptz NOT NULL,
    registered_by  text NOT NULL,
    registered_at  timestamptz NOT NULL
);
-- A certificate is sealed once: what was used never comes back.
CREATE UNIQUE INDEX statement_certificate ON policy.statement (fingerprint) WHERE fingerprint <> '';
CREATE INDEX statement_about ON policy.statement (kind, about, position);
CREATE INDEX statement_in_force ON policy.statement (ends_at) WHERE kind = 2;

CREATE TABLE policy.statement_signature (
    statement_uuid uuid NOT NULL REFERENCES policy.statement (statement_uuid),
    officer        text NOT NULL,
    signature      bytea NOT NULL,
    PRIMARY KEY (statement_uuid, officer)
);

-- A seal is broken once. The code that lay in the envelope stands here: its digest was signed with the seal.
CREATE TABLE policy.account_opening (
    statement_uuid uuid PRIMARY KEY REFERENCES policy.statement (statement_uuid),
    code           text NOT NULL,
    person         text NOT NULL CHECK (person <> ''),  -- who holds the account now
    reason         text NOT NULL,
    opened_by      text NOT NULL,
    opened_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL CHECK (ends_at > opened_at)
);
CREATE TABLE policy.account_closing (
    statement_uuid uuid PRIMARY KEY REFERENCES policy.account_opening (statement_uuid),
    closed_by      text NOT NULL,
    closed_at      timestamptz NOT NULL
);

CREATE TABLE policy.disaster_review (
    statement_uuid uuid PRIMARY KEY REFERENCES policy.statement (statement_uuid),
    findings       text NOT NULL,
    reviewed_by    text NOT NULL,
    reviewed_at    timestamptz NOT NULL
);

-- Members are told of broken seals and of disasters too; such a notice is about no patient.
ALTER TABLE policy.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE policy.notice ADD CONSTRAINT notice_kind_check CHECK (kind BETWEEN 1 AND 5);

GRANT SELECT, INSERT ON policy.statement, policy.statement_signature, policy.account_opening, policy.account_closing,
    policy.disaster_review TO musubi_serving;
GRANT SELECT ON policy.statement, policy.statement_signature, policy.account_opening, policy.account_closing,
    policy.disaster_review TO musubi_report;
