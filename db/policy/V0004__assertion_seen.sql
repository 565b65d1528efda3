-- Assertions that served once and may serve no second time (agreement: authentication, providers with `once`). Hashes
-- only: who the user was stands in the audit trail. What has expired is refused anyway and is removed by the next one.
create table policy.assertion_seen (
    token      bytea primary key check (octet_length(token) = 32),  -- SHA-256 of issuer and id
    expires_at timestamptz not null
);

create index assertion_seen_by_end on policy.assertion_seen (expires_at);

grant select, insert, delete on policy.assertion_seen to musubi_serving;
grant select on policy.assertion_seen to musubi_report;
