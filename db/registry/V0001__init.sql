-- The document registry (ITI TF-1 10, ITI TF-3 4.1). Rows are slim: what queries select by, in the clear; everything
-- else is in the sealed ebRIM fragment. Every key and index begins with a patient key, so that a patient's metadata
-- can be kept, split and moved together; what must be unique in the whole registry is in the two directories.
CREATE SCHEMA registry;

-- A merge is an alias, never a rewrite: survivor_key is the patient that the id stands for today (itself while it
-- lives; a chain A -> B -> C is kept flattened to C).
CREATE TABLE registry.patient (
    patient_key  bigint PRIMARY KEY,
    cx           text COLLATE "C" NOT NULL UNIQUE,
    survivor_key bigint NOT NULL REFERENCES registry.patient (patient_key),
    known_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX patient_family ON registry.patient (survivor_key, patient_key);

-- What the agreement can decide on. Numbers are given without gaps and become visible in their order (label_of locks
-- label_count until its transaction ends): whoever knows the numbers up to N knows all that existed then.
CREATE TABLE registry.label (
    label_id              integer PRIMARY KEY,
    owner                 text COLLATE "C" NOT NULL,
    class_code            text COLLATE "C" NOT NULL,
    type_code             text COLLATE "C" NOT NULL,
    practice_setting_code text COLLATE "C" NOT NULL,
    confidentiality_codes text[] COLLATE "C" NOT NULL,
    UNIQUE (owner, class_code, type_code, practice_setting_code, confidentiality_codes)
);
CREATE TABLE registry.label_count (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    last   integer NOT NULL
);
INSERT INTO registry.label_count (last) VALUES (0);
ANALYZE registry.label_count;  -- one row: every query joins it

CREATE TABLE registry.submission_set (
    patient_key     bigint NOT NULL REFERENCES registry.patient (patient_key),
    set_key         bigint NOT NULL,
    uuid            uuid NOT NULL,
    unique_id       text COLLATE "C" NOT NULL,
    status          smallint NOT NULL CHECK (status = 1),
    source_id       text COLLATE "C" NOT NULL,
    content_type    text COLLATE "C" NOT NULL,
    submission_time bigint NOT NULL,
    has_author      boolean NOT NULL,
    owner           text COLLATE "C" NOT NULL,
    PRIMARY KEY (patient_key, set_key)
);

-- Times are 14 digits as a number, padded low; NULL: not told. kind 1 stable, 2 on-demand; status 1 approved,
-- 2 deprecated.
CREATE TABLE registry.entry (
    patient_key           bigint NOT NULL,
    entry_key             bigint NOT NULL,
    set_key               bigint NOT NULL,
    uuid                  uuid NOT NULL,
    lid                   uuid NOT NULL,
    creation_time         bigint,
    service_start         bigint,
    service_stop          bigint,
    size                  bigint,
    label                 integer NOT NULL,
    version               integer NOT NULL CHECK (version >= 1),
    kind                  smallint NOT NULL CHECK (kind IN (1, 2)),
    status                smallint NOT NULL CHECK (status IN (1, 2)),
    has_author            boolean NOT NULL,
    unique_id             text COLLATE "C" NOT NULL,
    class_code            text COLLATE "C" NOT NULL,
    type_code             text COLLATE "C" NOT NULL,
    format_code           text COLLATE "C" NOT NULL,
    practice_setting_code text COLLATE "C" NOT NULL,
    facility_type_code    text COLLATE "C" NOT NULL,
    mime_type             text COLLATE "C" NOT NULL,
    hash                  text COLLATE "C",
    repository            text COLLATE "C",
    confidentiality_codes text[] COLLATE "C" NOT NULL,
    event_codes           text[] COLLATE "C",
    reference_tokens      bytea[],
    PRIMARY KEY (patient_key, entry_key),
    FOREIGN KEY (patient_key, set_key) REFERENCES registry.submission_set (patient_key, set_key)
);
-- Serves every search inside one patient: the other criteria may all be absent, so they could not narrow an index, and
-- without the status in one a deprecation touches none.
CREATE INDEX entry_set ON registry.entry (patient_key, set_key);

CREATE TABLE registry.folder (
    patient_key bigint NOT NULL REFERENCES registry.patient (patient_key),
    folder_key  bigint NOT NULL,
    uuid        uuid NOT NULL,
    unique_id   text COLLATE "C" NOT NULL,
    status      smallint NOT NULL CHECK (status IN (1, 2)),
    created     bigint NOT NULL,
    owner       text COLLATE "C" NOT NULL,
    codes       text[] COLLATE "C" NOT NULL,
    PRIMARY KEY (patient_key, folder_key)
);

-- Lives with its source. Kinds: 1 entry, 2 submission set, 3 folder, 4 association. type as AssociationType.
CREATE TABLE registry.association (
    patient_key        bigint NOT NULL,
    assoc_key          bigint NOT NULL,
    source_key         bigint NOT NULL,
    target_patient_key bigint NOT NULL,
    target_key         bigint NOT NULL,
    added              bigint NOT NULL,
    uuid               uuid NOT NULL,
    type               smallint NOT NULL CHECK (type BETWEEN 1 AND 9),
    status             smallint NOT NULL CHECK (status IN (1, 2)),
    source_kind        smallint NOT NULL CHECK (source_kind IN (1, 2, 3)),
    target_kind        smallint NOT NULL CHECK (target_kind IN (1, 3, 4)),
    PRIMARY KEY (patient_key, assoc_key)
);
CREATE INDEX association_source ON registry.association (patient_key, source_key, type);
CREATE INDEX association_target ON registry.association (target_patient_key, target_key, type);

-- Sealed ebRIM of entries, sets, folders and associations, folded before it was sealed: a few hundred octets. Kept
-- apart so that the slim rows stay dense; kept in line as long as a page can hold it, because sealed bytes do not
-- compress and a detour costs another index.
CREATE TABLE registry.fragment (
    patient_key    bigint NOT NULL,
    object_key     bigint NOT NULL,
    institution    text COLLATE "C" NOT NULL,  -- whose data key
    sealed         bytea NOT NULL,
    author_persons bytea,
    PRIMARY KEY (patient_key, object_key)
) WITH (toast_tuple_target = 8160);
ALTER TABLE registry.fragment ALTER sealed SET STORAGE EXTERNAL, ALTER author_persons SET STORAGE EXTERNAL;

-- Directories: the only place where something is unique across patients.
CREATE TABLE registry.uuid_dir (
    uuid        uuid PRIMARY KEY,
    patient_key bigint NOT NULL,
    object_key  bigint NOT NULL,
    kind        smallint NOT NULL CHECK (kind BETWEEN 1 AND 4)
);
-- The first object of a unique id, with what a repeat is compared with (ITI TF-2 3.42.4.1.3.3); repeats of an entry
-- with identical content are in unique_id_again.
CREATE TABLE registry.unique_id_dir (
    unique_id   text COLLATE "C" PRIMARY KEY,
    patient_key bigint NOT NULL,
    object_key  bigint NOT NULL,
    size        bigint,
    kind        smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    entry_kind  smallint NOT NULL,
    hash        text COLLATE "C"
);
CREATE TABLE registry.unique_id_again (
    unique_id   text COLLATE "C" NOT NULL REFERENCES registry.unique_id_dir (unique_id),
    patient_key bigint NOT NULL,
    object_key  bigint NOT NULL,
    PRIMARY KEY (unique_id, object_key)
);

CREATE FUNCTION registry.label_of(p_owner text, p_class text, p_type text, p_practice text, p_confidentiality text[])
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_label integer;
BEGIN
    FOR attempt IN 1..2 LOOP
        SELECT l.label_id INTO v_label FROM registry.label l
         WHERE l.owner = p_owner AND l.class_code = p_class AND l.type_code = p_type
           AND l.practice_setting_code = p_practice AND l.confidentiality_codes = p_confidentiality;
        IF FOUND THEN
            RETURN v_label;
        END IF;
        PERFORM 1 FROM registry.label_count FOR UPDATE;
    END LOOP;
    UPDATE registry.label_count SET last = last + 1 RETURNING last INTO v_label;
    INSERT INTO registry.label VALUES (v_label, p_owner, p_class, p_type, p_practice, p_confidentiality);
    RETURN v_label;
END $$;

-- Everything that a submission must know of the store, in one round trip: locks its patients, reserves its UUIDs and
-- unique ids (waiting for a concurrent submission of the same ones), and tells what is there. Each statement below
-- sees what was committed before it began, hence after the lock was granted. Rows by `what`:
--   1 patient (txt = cx, key, survivor)     2 UUID of the submission that exists already (id)
--   3 referenced object (id, txt = surviving cx, patient, key, kind, entry_kind, status, owner, survivor, labels:
--     its own, or those of a folder's members, or those of a set's entries)
--   4 unique id that exists already (txt, kind, entry_kind, hash, size)
--   5 approved XFRM or APND descendant of a replaced entry (patient, key)
--   6 approved folder that holds a replaced entry (id, other = entry, patient, key, survivor)
CREATE FUNCTION registry.open_submission(
    p_cx text[], p_reserve boolean, p_uuids uuid[], p_kinds smallint[], p_keys bigint[], p_references uuid[],
    p_replaced uuid[], p_unique_ids text[], p_unique_kinds smallint[], p_unique_keys bigint[], p_hashes text[],
    p_sizes bigint[])
RETURNS TABLE (what smallint, txt text, id uuid, other uuid, patient bigint, key bigint, survivor bigint,
               kind smallint, entry_kind smallint, status smallint, owner text, labels integer[], hash text,
               size bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_patient bigint;
BEGIN
    PERFORM 1 FROM registry.patient p WHERE p.cx = ANY (p_cx) ORDER BY p.patient_key FOR UPDATE;
    SELECT p.patient_key INTO v_patient FROM registry.patient p
     WHERE p.cx = p_cx[1] AND p.survivor_key = p.patient_key;
    IF FOUND AND p_reserve THEN
        INSERT INTO registry.uuid_dir (uuid, patient_key, object_key, kind)
        SELECT n.u, v_patient, n.k, n.o FROM unnest(p_uuids, p_keys, p_kinds) n (u, k, o) ORDER BY n.u
        ON CONFLICT DO NOTHING;
        INSERT INTO registry.unique_id_dir (unique_id, patient_key, object_key, size, kind, entry_kind, hash)
        SELECT n.u, v_patient, n.k, nullif(n.s, -1), n.o, 1, nullif(n.h, '')
          FROM unnest(p_unique_ids, p_unique_keys, p_unique_kinds, p_hashes, p_sizes) n (u, k, o, h, s)
         ORDER BY n.u COLLATE "C", n.k
        ON CONFLICT DO NOTHING;
    END IF;

    RETURN QUERY
    SELECT 1::smallint, p.cx, NULL::uuid, NULL::uuid, NULL::bigint, p.patient_key, p.survivor_key, NULL::smallint,
           NULL::smallint, NULL::smallint, NULL::text, NULL::integer[], NULL::text, NULL::bigint
      FROM registry.patient p WHERE p.cx = ANY (p_cx)
    UNION ALL
    SELECT 2::smallint, NULL, d.uuid, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM registry.uuid_dir d WHERE d.uuid = ANY (p_uuids) AND d.object_key <> ALL (p_keys)
    UNION ALL
    SELECT 4::smallint, d.unique_id, NULL, NULL, NULL, NULL, NULL, d.kind, d.entry_kind, NULL, NULL, NULL, d.hash, d.size
      FROM registry.unique_id_dir d
     WHERE d.unique_id = ANY (p_unique_ids) AND d.object_key <> ALL (p_unique_keys);

    IF cardinality(p_references) > 0 THEN
        RETURN QUERY
        SELECT 3::smallint, s.cx, d.uuid, NULL::uuid, d.patient_key, d.object_key, s.patient_key, d.kind,
               o.entry_kind, o.status, o.owner, o.labels, NULL::text, NULL::bigint
          FROM registry.uuid_dir d
          JOIN registry.patient p ON p.patient_key = d.patient_key
          JOIN registry.patient s ON s.patient_key = p.survivor_key
         CROSS JOIN LATERAL (
            SELECT e.kind AS entry_kind, e.status, NULL::text AS owner, ARRAY[e.label] AS labels
              FROM registry.entry e
             WHERE d.kind = 1 AND e.patient_key = d.patient_key AND e.entry_key = d.object_key
            UNION ALL
            SELECT 0::smallint, f.status, f.owner, ARRAY(
                SELECT DISTINCT e.label FROM registry.association a
                  JOIN registry.entry e ON e.patient_key = a.target_patient_key AND e.entry_key = a.target_key
                 WHERE a.patient_key = f.patient_key AND a.source_key = f.folder_key AND a.type = 1)
              FROM registry.folder f
             WHERE d.kind = 3 AND f.patient_key = d.patient_key AND f.folder_key = d.object_key
            UNION ALL
            SELECT 0::smallint, 1::smallint, NULL, '{}'::integer[] WHERE d.kind IN (2, 4)
         ) o
         WHERE d.uuid = ANY (p_references) AND d.object_key <> ALL (p_keys);
    END IF;

    IF cardinality(p_replaced) > 0 THEN
        RETURN QUERY
        WITH RECURSIVE tree (p, k) AS (
            SELECT d.patient_key, d.object_key FROM registry.uuid_dir d WHERE d.uuid = ANY (p_replaced) AND d.kind = 1
            UNION
            SELECT a.patient_key, a.source_key FROM tree t
              JOIN registry.association a
                ON a.target_patient_key = t.p AND a.target_key = t.k AND a.type IN (3, 4) AND a.source_kind = 1
        )
        SELECT 5::smallint, NULL::text, e.uuid, NULL::uuid, e.patient_key, e.entry_key, NULL::bigint,
               1::smallint, e.kind, e.status, NULL::text, NULL::integer[], NULL::text, NULL::bigint
          FROM tree t JOIN registry.entry e ON e.patient_key = t.p AND e.entry_key = t.k
         WHERE e.status = 1 AND e.uuid <> ALL (p_replaced);
        RETURN QUERY
        SELECT DISTINCT 6::smallint, NULL::text, f.uuid, d.uuid, f.patient_key, f.folder_key, p.survivor_key,
               3::smallint, NULL::smallint, f.status, NULL::text, NULL::integer[], NULL::text, NULL::bigint
          FROM registry.uuid_dir d
          JOIN registry.association a
            ON a.target_patient_key = d.patient_key AND a.target_key = d.object_key AND a.type = 1
           AND a.source_kind = 3 AND a.status = 1
          JOIN registry.folder f ON f.patient_key = a.patient_key AND f.folder_key = a.source_key
          JOIN registry.patient p ON p.patient_key = f.patient_key
         WHERE d.uuid = ANY (p_replaced) AND d.kind = 1 AND f.status = 1;
    END IF;
END $$;

-- p_subsumed is from now on p_surviving, with all that was merged into it before. Idempotent; a merge that would close
-- a circle or move an id that was subsumed already changes nothing (ITI TF-2 3.8.4.2.4). Returns what it did.
CREATE FUNCTION registry.merge_patients(p_subsumed text, p_surviving text, p_subsumed_key bigint,
                                        p_surviving_key bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_from registry.patient;
    v_to   registry.patient;
BEGIN
    INSERT INTO registry.patient (patient_key, cx, survivor_key)
    SELECT n.k, n.c, n.k FROM (VALUES (p_subsumed_key, p_subsumed), (p_surviving_key, p_surviving)) n (k, c)
     ORDER BY n.c COLLATE "C"
    ON CONFLICT (cx) DO NOTHING;
    -- Survivors too: a submission or another merge may hold them.
    PERFORM 1 FROM registry.patient p
     WHERE p.patient_key IN (SELECT unnest(ARRAY[q.patient_key, q.survivor_key]) FROM registry.patient q
                              WHERE q.cx IN (p_subsumed, p_surviving))
     ORDER BY p.patient_key FOR UPDATE;
    SELECT * INTO v_from FROM registry.patient p WHERE p.cx = p_subsumed;
    SELECT * INTO v_to FROM registry.patient p WHERE p.cx = p_surviving;
    IF v_from.survivor_key <> v_from.patient_key OR v_to.survivor_key = v_from.patient_key THEN
        RETURN false;
    END IF;
    UPDATE registry.patient p SET survivor_key = v_to.survivor_key WHERE p.survivor_key = v_from.patient_key;
    RETURN true;
END $$;

-- UPDATE is granted by column: it serves the row locks and the few state changes that exist. Nothing is deleted.
GRANT USAGE ON SCHEMA registry TO musubi_serving, musubi_report;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA registry TO musubi_serving;
GRANT UPDATE (survivor_key) ON registry.patient TO musubi_serving;
GRANT UPDATE (last) ON registry.label_count TO musubi_serving;
GRANT UPDATE (status) ON registry.entry TO musubi_serving;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO musubi_serving;
GRANT SELECT ON registry.patient, registry.label, registry.label_count, registry.submission_set, registry.entry,
    registry.folder, registry.association, registry.uuid_dir, registry.unique_id_dir, registry.unique_id_again
    TO musubi_report;
