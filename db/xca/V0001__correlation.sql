-- By which ids other communities know our patients, as they told (ITI-55), until when that may be kept. Our regional ids
-- and their homeCommunityIds are in the clear; the id that they use is sealed. No row: not asked yet, or no longer valid.
create schema xca;
grant usage on schema xca to musubi_serving, musubi_report;

create table xca.correlation (
    patient    text not null check (patient <> ''),    -- regional id (CX) that survives
    home       text not null check (home <> ''),
    remote_id  bytea,                                  -- sealed; null: it said that it does not know the patient
    found_at   timestamptz not null,
    expires_at timestamptz not null,
    primary key (patient, home)
);
create index correlation_by_end on xca.correlation (expires_at);

grant select, insert, update, delete on xca.correlation to musubi_serving;
grant select (patient, home, found_at, expires_at) on xca.correlation to musubi_report;
