-- Windows for maintenance: under which order who may use operators' commands, until when, and what was announced. Only
-- added to. What was done stands in the audit trail, each record with the order.
create table preservation.maintenance_window (
    window_uuid uuid primary key,
    work_order  text not null,
    persons     text[] not null,   -- operators
    plan        text not null,     -- in words without personal data
    commands    text[] not null,   -- announced
    patients    text[] not null,   -- announced: regional ids
    opened_by   text not null,
    opened_at   timestamptz not null,
    until_at    timestamptz not null check (until_at > opened_at)
);
create index maintenance_window_order on preservation.maintenance_window (work_order, opened_at);

create table preservation.maintenance_end (
    window_uuid uuid primary key references preservation.maintenance_window (window_uuid),
    ended_by    text,              -- null: its time was over
    ended_at    timestamptz not null
);

-- Reports that were written, and the members that signed one of them.
create table preservation.maintenance_report (
    sha256     bytea primary key,
    work_order text not null,
    made_by    text not null,
    made_at    timestamptz not null
);
create table preservation.maintenance_confirmation (
    sha256       bytea not null references preservation.maintenance_report (sha256),
    member       text not null,
    signature    bytea not null,   -- detached CMS of one of the member's signing certificates, DER
    confirmed_at timestamptz not null,
    primary key (sha256, member)
);

grant select, insert on preservation.maintenance_window, preservation.maintenance_end,
    preservation.maintenance_report, preservation.maintenance_confirmation to musubi_serving;
grant select on preservation.maintenance_window, preservation.maintenance_end,
    preservation.maintenance_report, preservation.maintenance_confirmation to musubi_report;
