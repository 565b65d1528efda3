-- What the node signs over the chain (roots_record.h), and the time stamps that came for it. Only added to: a copy of
-- each lies as files outside the database and with those who keep them for us.
CREATE TABLE atna.root (
    number    bigint PRIMARY KEY CHECK (number > 0),  -- without gaps
    first_seq bigint NOT NULL UNIQUE,
    last_seq  bigint NOT NULL UNIQUE CHECK (last_seq >= first_seq),
    document  text COLLATE "C" NOT NULL,  -- the very octets that are signed
    signature bytea NOT NULL              -- detached CMS, DER
);

CREATE TABLE atna.root_stamp (
    number bigint PRIMARY KEY REFERENCES atna.root (number),
    stamp  bytea NOT NULL  -- RFC 3161 response over the signature, DER
);

GRANT SELECT, INSERT ON atna.root, atna.root_stamp TO musubi_serving;
GRANT SELECT ON atna.root, atna.root_stamp TO musubi_report;
