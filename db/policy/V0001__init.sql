-- Consent of patients. Append-only: nothing here is ever changed or removed by the serving role, so the history is
-- its own evidence. Patients by regional id (CX); no other personal data.
CREATE SCHEMA policy;

CREATE TABLE policy.consent (
    position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consent_uuid uuid NOT NULL UNIQUE,
    patient      text NOT NULL CHECK (patient <> ''),
    scope        smallint NOT NULL CHECK (scope BETWEEN 0 AND 2),  -- 0 all, 1 member, 2 document class or type
    value        text NOT NULL CHECK ((scope = 0) = (value = '')),
    granted      boolean NOT NULL,
    basis        text NOT NULL,
    recorded_by  text NOT NULL,
    organisation text NOT NULL,
    recorded_at  timestamptz NOT NULL
);

CREATE INDEX consent_by_patient ON policy.consent (patient, scope, value, position DESC);

-- The newest word of each scope. Withdrawals for all that end earlier grants are applied by the reader.
CREATE VIEW policy.consent_state AS
    SELECT DISTINCT ON (patient, scope, value)
           patient, scope, value, granted, basis, recorded_by, organisation, recorded_at, position
    FROM policy.consent
    ORDER BY patient, scope, value, position DESC;

GRANT USAGE ON SCHEMA policy TO musubi_serving, musubi_report;
GRANT SELECT, INSERT ON policy.consent TO musubi_serving;
GRANT SELECT ON policy.consent_state TO musubi_serving;
GRANT SELECT ON policy.consent, policy.consent_state TO musubi_report;
