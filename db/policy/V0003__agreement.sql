-- Every agreement that came into force, for ever: what a decision of any day rested on, and who had signed it.
create table policy.agreement (
    version      bigint primary key check (version > 0),
    hash         text not null unique check (hash ~ '^sha256:[0-9a-f]{64}$'),  -- of `canonical`
    agreement_id text not null,
    canonical    text not null,  -- RFC 8785
    activated_at timestamptz not null
);

create table policy.agreement_signature (
    version   bigint not null references policy.agreement (version),
    member    text not null,
    signature bytea not null,  -- CMS, DER, detached, over `canonical`
    primary key (version, member)
);

grant select, insert on policy.agreement, policy.agreement_signature to musubi_serving;
grant select on policy.agreement, policy.agreement_signature to musubi_report;
