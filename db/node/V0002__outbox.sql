-- What has to be told to others: queued in the transaction that made it true, sent afterwards, at least once, in order
-- for each destination. The payload is sealed by the module that queued it.
create table node.outbox (
    id          bigint generated always as identity primary key,
    topic       text not null,             -- what it is: "ITI-10"
    destination text not null,             -- whom the module's configuration knows under this name
    payload     bytea not null,
    queued_at   timestamptz not null default now(),
    due_at      timestamptz not null default now(),
    lease_until timestamptz,               -- somebody is sending it
    attempts    integer not null default 0,
    dead_at     timestamptz                -- given up: waits for an operator
);
-- The head of each queue, and nothing of what was given up.
create index outbox_head on node.outbox (topic, destination, id) where dead_at is null;
create index outbox_dead on node.outbox (dead_at) where dead_at is not null;

grant select, insert, delete on node.outbox to musubi_serving;
grant update (due_at, lease_until, attempts, dead_at) on node.outbox to musubi_serving;
