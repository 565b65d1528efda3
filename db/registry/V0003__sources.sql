-- Persons may part again: what a hospital published under the id of a person who turned out to be two goes with the
-- hospital's own id of the patient, of which the registry keeps a keyed token.
ALTER TABLE registry.entry ADD COLUMN source_token bytea;  -- HMAC of sourcePatientId; NULL: published before this column

-- Moves what was published under p_from itself with one of these source ids to p_to. A submission set goes along; it
-- stays too where something else of it stays. A folder stays: its membership then leads to another patient. Runs with
-- the owner's rights, because nobody else may move or remove anything. Returns the number of entries.
CREATE FUNCTION registry.move_sources(p_tokens bytea[], p_from text, p_to text, p_to_key bigint)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from    bigint;
    v_to      bigint;
    v_entries bigint[];
    v_sets    bigint[];
    v_assocs  bigint[];
BEGIN
    INSERT INTO registry.patient (patient_key, cx, survivor_key) VALUES (p_to_key, p_to, p_to_key)
    ON CONFLICT (cx) DO NOTHING;
    PERFORM 1 FROM registry.patient p WHERE p.cx IN (p_from, p_to) ORDER BY p.patient_key FOR UPDATE;
    SELECT p.patient_key INTO v_from FROM registry.patient p WHERE p.cx = p_from;
    SELECT p.patient_key INTO v_to FROM registry.patient p WHERE p.cx = p_to;
    IF v_from IS NULL OR v_from = v_to THEN
        RETURN 0;
    END IF;
    SELECT array_agg(e.entry_key), array_agg(DISTINCT e.set_key) INTO v_entries, v_sets
      FROM registry.entry e WHERE e.patient_key = v_from AND e.source_token = ANY (p_tokens);
    IF v_entries IS NULL THEN
        RETURN 0;
    END IF;

    INSERT INTO registry.submission_set
    SELECT v_to, s.set_key, s.uuid, s.unique_id, s.status, s.source_id, s.content_type, s.submission_time, s.has_author,
           s.owner
      FROM registry.submission_set s WHERE s.patient_key = v_from AND s.set_key = ANY (v_sets)
    ON CONFLICT DO NOTHING;
    INSERT INTO registry.fragment
    SELECT v_to, f.object_key, f.institution, f.sealed, f.author_persons
      FROM registry.fragment f WHERE f.patient_key = v_from AND f.object_key = ANY (v_sets)
    ON CONFLICT DO NOTHING;

    UPDATE registry.entry e SET patient_key = v_to WHERE e.patient_key = v_from AND e.entry_key = ANY (v_entries);
    SELECT coalesce(array_agg(a.assoc_key), '{}') INTO v_assocs FROM registry.association a
     WHERE a.patient_key = v_from
       AND (a.source_key = ANY (v_entries) OR (a.source_kind = 2 AND a.target_key = ANY (v_entries)));
    -- A set's own membership of such an association (a replacement, say) goes with it.
    SELECT v_assocs || coalesce(array_agg(a.assoc_key), '{}') INTO v_assocs FROM registry.association a
     WHERE a.patient_key = v_from AND a.source_kind = 2 AND a.target_key = ANY (v_assocs);
    UPDATE registry.association a SET target_patient_key = v_to
     WHERE a.target_patient_key = v_from AND (a.target_key = ANY (v_entries) OR a.target_key = ANY (v_assocs));
    UPDATE registry.association a SET patient_key = v_to
     WHERE a.patient_key = v_from AND a.assoc_key = ANY (v_assocs);

    DELETE FROM registry.fragment f USING registry.submission_set s
     WHERE s.patient_key = v_from AND s.set_key = ANY (v_sets)
       AND f.patient_key = v_from AND f.object_key = s.set_key
       AND NOT EXISTS (SELECT FROM registry.entry e WHERE e.patient_key = v_from AND e.set_key = s.set_key)
       AND NOT EXISTS (SELECT FROM registry.association a WHERE a.patient_key = v_from AND a.source_key = s.set_key);
    WITH gone AS (
        DELETE FROM registry.submission_set s
         WHERE s.patient_key = v_from AND s.set_key = ANY (v_sets)
           AND NOT EXISTS (SELECT FROM registry.entry e WHERE e.patient_key = v_from AND e.set_key = s.set_key)
           AND NOT EXISTS (SELECT FROM registry.association a WHERE a.patient_key = v_from AND a.source_key = s.set_key)
        RETURNING s.set_key)
    SELECT coalesce(array_agg(g.set_key), '{}') INTO v_sets FROM gone g;

    UPDATE registry.fragment f SET patient_key = v_to
     WHERE f.patient_key = v_from AND (f.object_key = ANY (v_entries) OR f.object_key = ANY (v_assocs));
    UPDATE registry.uuid_dir d SET patient_key = v_to
     WHERE d.patient_key = v_from AND (d.object_key = ANY (v_entries) OR d.object_key = ANY (v_assocs)
           OR d.object_key = ANY (v_sets));
    UPDATE registry.unique_id_dir d SET patient_key = v_to
     WHERE d.patient_key = v_from AND (d.object_key = ANY (v_entries) OR d.object_key = ANY (v_sets));
    UPDATE registry.unique_id_again d SET patient_key = v_to
     WHERE d.patient_key = v_from AND d.object_key = ANY (v_entries);
    RETURN cardinality(v_entries);
END $$;

REVOKE EXECUTE ON FUNCTION registry.move_sources(bytea[], text, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry.move_sources(bytea[], text, text, bigint) TO musubi_serving;
