-- What every submission pays for, without what it need not pay for.

-- open_submission() holds the lock on the patient's row when a set is written, a set is written in front of its
-- entries in the same transaction, and nobody may delete either: these two could only repeat what was just done.
ALTER TABLE registry.submission_set DROP CONSTRAINT submission_set_patient_key_fkey;
ALTER TABLE registry.entry DROP CONSTRAINT entry_patient_key_set_key_fkey;

-- As before (see V0001 for the rows by `what`), with fewer statements: the lock returns the rows as they are once it is
-- granted, and when every id could be reserved, none can have been taken.
CREATE OR REPLACE FUNCTION registry.open_submission(
    p_cx text[], p_reserve boolean, p_uuids uuid[], p_kinds smallint[], p_keys bigint[], p_references uuid[],
    p_replaced uuid[], p_unique_ids text[], p_unique_kinds smallint[], p_unique_keys bigint[], p_hashes text[],
    p_sizes bigint[])
RETURNS TABLE (what smallint, txt text, id uuid, other uuid, patient bigint, key bigint, survivor bigint,
               kind smallint, entry_kind smallint, status smallint, owner text, labels integer[], hash text,
               size bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_row      record;
    v_patient  bigint;
    v_reserved bigint;
    v_uuids_free      boolean := false;
    v_unique_ids_free boolean := false;
BEGIN
    FOR v_row IN
        SELECT p.cx, p.patient_key, p.survivor_key FROM registry.patient p
         WHERE p.cx = ANY (p_cx) ORDER BY p.patient_key FOR UPDATE
    LOOP
        what := 1;
        txt := v_row.cx;
        key := v_row.patient_key;
        survivor := v_row.survivor_key;
        RETURN NEXT;
        IF v_row.cx = p_cx[1] AND v_row.survivor_key = v_row.patient_key THEN
            v_patient := v_row.patient_key;
        END IF;
    END LOOP;

    IF v_patient IS NOT NULL AND p_reserve THEN
        INSERT INTO registry.uuid_dir (uuid, patient_key, object_key, kind)
        SELECT n.u, v_patient, n.k, n.o FROM unnest(p_uuids, p_keys, p_kinds) n (u, k, o) ORDER BY n.u
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS v_reserved = ROW_COUNT;
        v_uuids_free := v_reserved = cardinality(p_uuids);
        INSERT INTO registry.unique_id_dir (unique_id, patient_key, object_key, size, kind, entry_kind, hash)
        SELECT n.u, v_patient, n.k, nullif(n.s, -1), n.o, 1, nullif(n.h, '')
          FROM unnest(p_unique_ids, p_unique_keys, p_unique_kinds, p_hashes, p_sizes) n (u, k, o, h, s)
         ORDER BY n.u COLLATE "C", n.k
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS v_reserved = ROW_COUNT;
        v_unique_ids_free := v_reserved = cardinality(p_unique_ids);
    END IF;

    IF NOT v_uuids_free THEN
        RETURN QUERY
        SELECT 2::smallint, NULL::text, d.uuid, NULL::uuid, NULL::bigint, NULL::bigint, NULL::bigint, NULL::smallint,
               NULL::smallint, NULL::smallint, NULL::text, NULL::integer[], NULL::text, NULL::bigint
          FROM registry.uuid_dir d WHERE d.uuid = ANY (p_uuids) AND d.object_key <> ALL (p_keys);
    END IF;
    IF NOT v_unique_ids_free THEN
        RETURN QUERY
        SELECT 4::smallint, d.unique_id, NULL::uuid, NULL::uuid, NULL::bigint, NULL::bigint, NULL::bigint, d.kind,
               d.entry_kind, NULL::smallint, NULL::text, NULL::integer[], d.hash, d.size
          FROM registry.unique_id_dir d
         WHERE d.unique_id = ANY (p_unique_ids) AND d.object_key <> ALL (p_unique_keys);
    END IF;

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
