-- What ends the keeping of records, and who decided it. Only added to.
create schema preservation;

-- Data keys of a member that were destroyed. The decision is here before the first key is gone, so that what is
-- interrupted is finished and never asked for twice: an approval of the officers counts once.
create table preservation.key_erasure (
    approval   uuid primary key,
    member     text not null,      -- code
    names      text[] not null,    -- of the keys: institution OID and member code
    facts      text not null,      -- what was decided and what became unreadable, canonical JSON
    decided_by text not null,      -- operator
    decided_at timestamptz not null
);

create table preservation.key_erasure_end (
    approval    uuid primary key references preservation.key_erasure (approval),
    certificate text not null,     -- canonical JSON: the very octets that are signed
    signature   bytea not null,    -- detached CMS of the evidence key, DER
    ended_at    timestamptz not null
);

grant usage on schema preservation to musubi_serving, musubi_report;
grant select, insert on preservation.key_erasure, preservation.key_erasure_end to musubi_serving;
grant select on preservation.key_erasure, preservation.key_erasure_end to musubi_report;
