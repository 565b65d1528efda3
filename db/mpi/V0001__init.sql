-- Patients of the region. A regional id stands in the clear (it is a pseudonym); an id that a hospital gave is kept
-- as a keyed token only, so that whoever reads the database cannot tell whose record it is.
create schema mpi;

create table mpi.patient (
    regional_id text primary key,              -- CX: id^^^&oid&ISO
    survivor    text references mpi.patient,   -- set once, when this id was merged into another
    known_at    timestamptz not null default now(),
    check (survivor is distinct from regional_id)
);
create index patient_survivor on mpi.patient (survivor) where survivor is not null;

create table mpi.identifier (
    authority   text not null,                 -- OID of the assigning authority
    token       bytea not null,                -- HMAC of the id
    regional_id text not null references mpi.patient,
    retired     boolean not null default false, -- merged away: never accepted again
    primary key (authority, token)
);
create index identifier_of_patient on mpi.identifier (regional_id);

-- Every change is history.
create table mpi.history (
    at           timestamptz not null default now(),
    kind         text not null check (kind in ('added', 'linked', 'merged')),
    regional_id  text not null,
    other_id     text
);
create index history_of_patient on mpi.history (regional_id, at);

grant usage on schema mpi to musubi_serving, musubi_report;
grant select, insert on mpi.patient, mpi.identifier, mpi.history to musubi_serving;
grant update (survivor) on mpi.patient to musubi_serving;
grant update (retired) on mpi.identifier to musubi_serving;
grant select on mpi.patient, mpi.history to musubi_report;
