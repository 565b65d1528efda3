-- Who broke the glass, whom that was announced to, and who looked at it afterwards. Append-only.
CREATE TABLE policy.emergency_access (
    access_uuid uuid PRIMARY KEY,
    patient     text NOT NULL CHECK (patient <> ''),
    member      text NOT NULL CHECK (member <> ''),
    person      text NOT NULL CHECK (person <> ''),  -- user id
    role        text NOT NULL,
    purpose     text NOT NULL,
    reason      text NOT NULL,  -- of the agreement's list
    clause      text NOT NULL,
    opened_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL CHECK (ends_at > opened_at),
    review_by   timestamptz NOT NULL
);
CREATE INDEX emergency_of_person ON policy.emergency_access (patient, member, person, ends_at);
CREATE INDEX emergency_to_review ON policy.emergency_access (review_by);

CREATE TABLE policy.emergency_review (
    access_uuid uuid PRIMARY KEY REFERENCES policy.emergency_access (access_uuid),
    justified   boolean NOT NULL,
    reviewed_by text NOT NULL,
    reviewed_at timestamptz NOT NULL
);

-- What members are told. `once` keeps the same thing from being told twice.
CREATE TABLE policy.notice (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_uuid uuid NOT NULL UNIQUE,
    kind        smallint NOT NULL CHECK (kind IN (1, 2)),  -- emergency, use under an obligation to tell
    recipient   text NOT NULL,  -- member
    patient     text NOT NULL,
    member      text NOT NULL,  -- who looked
    person      text NOT NULL,
    clause      text NOT NULL,
    reason      text NOT NULL,
    once        text NOT NULL UNIQUE,
    made_at     timestamptz NOT NULL
);
CREATE INDEX notice_by_recipient ON policy.notice (recipient, position);

GRANT SELECT, INSERT ON policy.emergency_access, policy.emergency_review, policy.notice TO musubi_serving;
GRANT SELECT ON policy.emergency_access, policy.emergency_review, policy.notice TO musubi_report;
