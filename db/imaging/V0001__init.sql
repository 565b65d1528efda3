-- Which images the approved manifests of this region refer to. In the clear: what repository.document has in the clear of
-- the same entries (unique ids, codes, regional patient ids, owner), and one keyed token for each study. Series and
-- instances are sealed with the publishing institution's data key: identifiers of a hospital's examinations are nobody
-- else's business, and one row for each study keeps the table small (an examination may have thousands of images).
create schema imaging;

create table imaging.manifest (
    manifest_key bigint primary key,
    entry_key     text not null,          -- the registry's name for the entry
    unique_id     text not null,
    patient       text not null,          -- regional id at submission; survivors are looked up when read
    owner         text not null,          -- member code
    owner_oid     text not null,          -- institution whose data key sealed the references
    class_code    text not null,
    type_code     text not null,
    practice_code text not null,
    confidentiality text[] not null,
    source_token  bytea,                  -- HMAC of sourcePatientId; null: the entry has none
    deprecated    boolean not null default false,
    whose_unknown boolean not null default false,  -- its person parted, and nothing tells to whom it belongs
    registered_at timestamptz not null default now()
);
create unique index manifest_entry on imaging.manifest (entry_key);
create index manifest_unique_id on imaging.manifest (unique_id);
create index manifest_source on imaging.manifest (source_token) where source_token is not null;
create index manifest_without_source on imaging.manifest (patient) where source_token is null;

-- None for a manifest whose content another repository keeps.
create table imaging.study (
    study_token  bytea not null,          -- HMAC of the Study Instance UID
    manifest_key bigint not null references imaging.manifest,
    rejects      boolean not null,        -- withdraws what it names
    sealed       bytea not null,          -- series, where they are kept, and instances
    primary key (study_token, manifest_key)
);
alter table imaging.study alter column sealed set storage external; -- sealed bytes do not compress

-- Regional ids that were merged away, each with the id that stands for the person today (kept flat), as in repository.
create table imaging.merged_patient (
    patient  text primary key,
    survivor text not null check (survivor <> patient)
);
create index merged_patient_survivor on imaging.merged_patient (survivor);

-- What was merged before this module came is known to the patient index beside it, if there is one.
do $$
begin
    if to_regclass('mpi.patient') is not null then
        insert into imaging.merged_patient (patient, survivor)
        with recursive chain (patient, at) as (
            select regional_id, survivor from mpi.patient where survivor is not null
            union
            select c.patient, p.survivor from chain c join mpi.patient p on p.regional_id = c.at
             where p.survivor is not null
        )
        select c.patient, c.at from chain c join mpi.patient p on p.regional_id = c.at where p.survivor is null;
    end if;
end
$$;

-- What was published under p_from with one of these ids belongs to p_to. Manifests of p_from without a token may be
-- either's: nothing is shown through them from now on. Runs with the owner's rights, because nobody else may change whose
-- a manifest is.
create function imaging.move_sources(p_tokens bytea[], p_from text, p_to text) returns void
    language sql security definer set search_path = pg_catalog as $$
    update imaging.manifest set patient = p_to where patient = p_from and source_token = any (p_tokens);
    update imaging.manifest set whose_unknown = true
     where patient = p_from and source_token is null and not whose_unknown;
$$;
revoke execute on function imaging.move_sources(bytea[], text, text) from public;

grant usage on schema imaging to musubi_serving, musubi_report;
grant select, insert on imaging.manifest, imaging.study to musubi_serving;
grant update (deprecated) on imaging.manifest to musubi_serving;
grant select, insert, delete on imaging.merged_patient to musubi_serving;
grant update (survivor) on imaging.merged_patient to musubi_serving;
grant execute on function imaging.move_sources(bytea[], text, text) to musubi_serving;
grant select on imaging.manifest, imaging.merged_patient to musubi_report;
