-- Consent in every grain: a word names any of the publishing member, the reading member, a person, a purpose, a
-- department, a kind of document, a single document; it is about viewing or publishing; it may hold for a time; and it
-- tells who spoke, and on what evidence. What was said before keeps its row: scope and value of old rows are read as
-- the condition that they stood for.
ALTER TABLE policy.consent
    ADD COLUMN about       smallint NOT NULL DEFAULT 1 CHECK (about IN (1, 2, 3)),  -- view, publish, the person's death
    ADD COLUMN owner       text NOT NULL DEFAULT '',  -- member that published
    ADD COLUMN reader      text NOT NULL DEFAULT '',  -- member that asks
    ADD COLUMN person      text NOT NULL DEFAULT '',  -- user id of who asks
    ADD COLUMN purpose     text NOT NULL DEFAULT '',
    ADD COLUMN department  text NOT NULL DEFAULT '',  -- practice setting, code^^scheme
    ADD COLUMN code        text NOT NULL DEFAULT '',  -- class or type, code^^scheme
    ADD COLUMN document    text NOT NULL DEFAULT '',  -- unique id
    ADD COLUMN absolute    boolean NOT NULL DEFAULT false CHECK (NOT (absolute AND granted)),
    ADD COLUMN valid_from  timestamptz,
    ADD COLUMN valid_until timestamptz CHECK (valid_until > valid_from),  -- the first moment after
    ADD COLUMN given_by    text NOT NULL DEFAULT 'patient',
    ADD COLUMN evidence    text NOT NULL DEFAULT '';  -- where the form is

-- Words whose form was replaced or withdrawn no longer count; what was said before them does again.
CREATE TABLE policy.consent_ended (
    evidence text PRIMARY KEY CHECK (evidence <> ''),
    ended_at timestamptz NOT NULL
);
CREATE INDEX consent_by_evidence ON policy.consent (evidence) WHERE evidence <> '';

-- Every word that counts, in one form.
CREATE VIEW policy.consent_word AS
    SELECT c.patient, c.about,
           CASE WHEN c.scope = 1 THEN c.value ELSE c.owner END AS owner,
           c.reader, c.person, c.purpose, c.department,
           CASE WHEN c.scope = 2 THEN c.value ELSE c.code END AS code,
           c.document, c.granted, c.absolute, c.valid_from, c.valid_until, c.given_by, c.evidence, c.basis,
           c.recorded_by, c.organisation, c.recorded_at, c.position, c.consent_uuid
      FROM policy.consent c
     WHERE NOT EXISTS (SELECT FROM policy.consent_cut k WHERE k.patient = c.patient AND k.position >= c.position)
       AND (c.evidence = '' OR NOT EXISTS (SELECT FROM policy.consent_ended e WHERE e.evidence = c.evidence));

-- It knew scope and value only, and would take a word in a finer grain for one about everything.
DROP VIEW policy.consent_state;

-- A member's word that it treats a person, where it holds no record of its own.
CREATE TABLE policy.treatment (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient     text NOT NULL CHECK (patient <> ''),
    member      text NOT NULL CHECK (member <> ''),
    until       timestamptz NOT NULL,
    basis       text NOT NULL,
    declared_by text NOT NULL,
    declared_at timestamptz NOT NULL
);
CREATE INDEX treatment_by_patient ON policy.treatment (patient, member, until);

GRANT SELECT, INSERT ON policy.consent_ended, policy.treatment TO musubi_serving;
GRANT SELECT ON policy.consent_word TO musubi_serving;
GRANT SELECT ON policy.consent_ended, policy.treatment, policy.consent_word TO musubi_report;
