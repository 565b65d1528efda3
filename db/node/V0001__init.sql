-- What the node itself remembers: which key ring sealed this database, so that it is never served with another one.
create schema node;

create table node.key_ring (
    single     boolean primary key default true check (single),
    token      bytea not null,     -- keyed token of a fixed text: tells rings apart, tells nothing about the keys
    claimed_at timestamptz not null default now()
);

grant usage on schema node to musubi_serving;
grant select, insert on node.key_ring to musubi_serving;
