-- The audit trail. `record` is the sealed, hash-chained sequence; `pending` holds what transactions wrote together with
-- their change until the sealer moves it there. The serving role may add and read, and take from `pending` only:
-- nothing that is in the chain can be changed by it.
CREATE SCHEMA atna;

CREATE TABLE atna.pending (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_uuid uuid NOT NULL UNIQUE,
    sealed     bytea NOT NULL
);

CREATE TABLE atna.record (
    seq          bigint PRIMARY KEY CHECK (seq > 0),  -- without gaps
    event_uuid   uuid NOT NULL UNIQUE,
    time         timestamptz NOT NULL,
    transaction  text NOT NULL,
    event        text NOT NULL,
    event_type   text NOT NULL,
    outcome      smallint NOT NULL,
    organisation text NOT NULL,
    user_token   bytea NOT NULL,    -- HMAC; empty: no person known
    patients     text[] NOT NULL,   -- regional ids, or hmac:... for any other id
    documents    text[] NOT NULL,   -- unique ids of documents and submission sets
    rule         text NOT NULL,
    trace        text NOT NULL,
    sealed       bytea NOT NULL,
    hash         bytea NOT NULL CHECK (length(hash) = 32)  -- over the previous hash, sealed and the columns
);

-- Already compressed and sealed: trying to compress it again only costs time.
ALTER TABLE atna.pending ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE atna.record ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX record_by_time ON atna.record (time);
CREATE INDEX record_by_organisation ON atna.record (organisation, time);
CREATE INDEX record_by_user ON atna.record (substr(user_token, 1, 8), time) WHERE user_token <> ''::bytea;

-- Nearly every record names one patient and few documents: the first of them is found by a narrow b-tree over its hash,
-- further ones by an inverted index of the few records that have any. Whoever searches compares the ids themselves too.
CREATE INDEX record_by_patient ON atna.record (hashtextextended(patients[1], 0))
    WHERE hashtextextended(patients[1], 0) IS NOT NULL;
CREATE INDEX record_by_patients ON atna.record USING gin (patients) WHERE cardinality(patients) > 1;
CREATE INDEX record_by_document ON atna.record (hashtextextended(documents[1], 0))
    WHERE hashtextextended(documents[1], 0) IS NOT NULL;
CREATE INDEX record_by_documents ON atna.record USING gin (documents) WHERE cardinality(documents) > 1;

GRANT USAGE ON SCHEMA atna TO musubi_serving, musubi_report;
GRANT SELECT, INSERT, DELETE ON atna.pending TO musubi_serving;
GRANT SELECT, INSERT ON atna.record TO musubi_serving;
GRANT SELECT ON atna.record TO musubi_report;
