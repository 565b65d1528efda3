-- What was done to keep the records: backups, rehearsals of a restore, readings of everything, destroyed keys.
create table node.preservation (
    run_uuid uuid primary key,
    kind     text not null check (kind in ('backup', 'rehearsal', 'restore', 'scrub', 'key erasure')),
    began_at timestamptz not null,
    ended_at timestamptz not null,
    good     boolean not null,   -- done, and nothing was found wrong
    place    text not null,      -- folder, as the operator named it; or what it was about
    findings bigint not null,    -- damaged, missing or unexpected things
    summary  text not null       -- counts in words: no personal data
);
create index preservation_newest on node.preservation (kind, ended_at);

-- Documents that operators opened in an emergency. An approval of the officers counts once.
create table node.opening (
    nonce     uuid primary key,
    unique_id text not null,
    patient   text not null,   -- regional id
    owner     text not null,   -- member that was told
    reason    text not null,
    officers  text[] not null, -- subjects of their certificates
    opened_by text not null,
    opened_at timestamptz not null default now()
);

grant select, insert on node.preservation, node.opening to musubi_serving;
grant select on node.preservation, node.opening to musubi_report;
