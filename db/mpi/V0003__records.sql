-- Source records of hospitals and the people behind them. What a hospital told about a person is sealed; to find it
-- again there are keyed tokens only. One row of mpi.identifier is one record: an id in its domain.

-- Keys of rows that were here before records had any; a node's own keys begin with milliseconds and are far above.
create sequence mpi.old_key;

alter table mpi.identifier
    add record_key      bigint not null default nextval('mpi.old_key'),
    add person_key      bigint not null default nextval('mpi.old_key'),
    add status          smallint not null default 1 check (status in (1, 2, 3)),  -- active, subsumed, inactive
    add survivor_key    bigint,                    -- the record that this one was merged into
    add institution     text,                      -- whose data key seals it
    add sealed          bytea,                     -- id, type code and demographics; null: never told
    add weights_version smallint not null default 0,
    add changed_at      timestamptz not null default now();
update mpi.identifier set status = 2 where retired;
alter table mpi.identifier drop column retired;
create unique index identifier_key on mpi.identifier (record_key);

-- A regional id that is taken as it is stands in the clear in mpi.patient; its record's token hides nothing.
insert into mpi.identifier (authority, token, regional_id, status)
select split_part(split_part(p.regional_id, '^', 4), '&', 2), sha256(convert_to(p.regional_id, 'UTF8')), p.regional_id,
       case when p.survivor is null then 1 else 2 end
  from mpi.patient p where not p.issued;

-- Chains of merges become stars: every alias names who stands for it today.
with recursive chain (id, at) as (
    select regional_id, survivor from mpi.patient where survivor is not null
    union
    select c.id, p.survivor from chain c join mpi.patient p on p.regional_id = c.at where p.survivor is not null
)
update mpi.patient t set survivor = c.at
  from chain c join mpi.patient e on e.regional_id = c.at and e.survivor is null
 where t.regional_id = c.id and t.survivor is distinct from c.at;

create temporary table family on commit drop as
select i.record_key, i.authority, i.status, coalesce(p.survivor, p.regional_id) as root, p.survivor as into_id,
       p.issued
  from mpi.identifier i join mpi.patient p on p.regional_id = i.regional_id;
update mpi.identifier i set person_key = f.k
  from (select root, min(record_key) as k from family group by root) f join family m on m.root = f.root
 where m.record_key = i.record_key;
update mpi.identifier i set survivor_key = s.k
  from family f
  join (select root, authority, min(record_key) as k from family where status = 1 group by root, authority) s
    on s.root = f.root and s.authority = f.authority
 where i.record_key = f.record_key and f.status = 2;

create index identifier_of_person on mpi.identifier (person_key);

-- What is known about two records being one person. A decision of people is never overruled by matching.
create table mpi.edge (
    a               bigint not null,
    b               bigint not null,
    state           smallint not null check (state between 0 and 4),   -- none, auto, confirmed, rejected, review
    verdict         smallint not null check (verdict between 0 and 2), -- of matching: separate, review, link
    score           double precision not null default 0,               -- bits
    held            text not null default '',  -- why a verdict of "link" was not followed
    levels          text not null default '',  -- which comparison reached which level
    weights_version smallint not null default 0,
    decided_by      text not null,
    decided_at      timestamptz not null default now(),
    primary key (a, b),
    check (a < b)
);
create index edge_other_end on mpi.edge (b);
create index edge_queue on mpi.edge (score desc) where state = 4;

-- Who belonged together before stays together.
insert into mpi.edge (a, b, state, verdict, decided_by)
select f.first, m.record_key, 2, 0, 'before records'
  from (select root, min(record_key) as first from family group by root) f join family m on m.root = f.root
 where m.record_key <> f.first;

-- Where matching looks for candidates, and, under other keys, where searches by name do.
create table mpi.blocking (
    token       bytea not null,
    type        smallint not null,
    key_version smallint not null,
    record_key  bigint not null,
    primary key (token, record_key)
);
create index blocking_of_record on mpi.blocking (record_key);
create table mpi.search_token (
    token       bytea not null,
    type        smallint not null,
    key_version smallint not null,
    record_key  bigint not null,
    primary key (token, record_key)
);
create index search_token_of_record on mpi.search_token (record_key);

-- Key versions of the tokens. While a new one is being filled, both are written and looked up.
create table mpi.token_version (
    version smallint primary key,
    state   smallint not null check (state in (1, 2, 3)),  -- being filled, live, over
    done_to bigint not null default 0                      -- records up to this key have tokens of this version
);
insert into mpi.token_version (version, state) values (1, 2);

-- Every message that changed something, as received.
create table mpi.record_history (
    history_key   bigint primary key,
    record_key    bigint not null,
    at            timestamptz not null default now(),
    event         smallint not null,
    message_token bytea,                       -- HMAC of sender and message id
    digest        bytea,                       -- HMAC of the message
    institution   text not null,
    sealed        bytea,
    created       boolean not null,
    subsumed      text[] not null              -- regional ids that this message made an alias
);
create index record_history_of_record on mpi.record_history (record_key);
create index record_history_message on mpi.record_history (message_token) where message_token is not null;

-- What people and hospitals decided about two records.
create table mpi.decision (
    decision_key bigint primary key,
    kind         text not null check (kind in ('merge', 'change id', 'link', 'separate', 'undo')),
    a            bigint not null,
    b            bigint not null,
    previous     smallint not null default 0,  -- state of the edge before
    undoes       bigint,
    state        text not null check (state in ('proposed', 'confirmed', 'done', 'undone')),
    decided_by   text not null,
    decided_at   timestamptz not null default now(),
    confirmed_by text
);
create index decision_of_pair on mpi.decision (a, b);

alter table mpi.history drop constraint history_kind_check;
alter table mpi.history add constraint history_kind_check
    check (kind in ('added', 'linked', 'merged', 'aliased', 'split', 'undone'));


grant usage on sequence mpi.old_key to musubi_serving;
grant select, insert on mpi.edge, mpi.blocking, mpi.search_token, mpi.token_version, mpi.record_history, mpi.decision
    to musubi_serving;
grant update (regional_id, person_key, status, survivor_key, institution, sealed, weights_version, changed_at)
    on mpi.identifier to musubi_serving;
grant update (state, verdict, score, held, levels, weights_version, decided_by, decided_at) on mpi.edge
    to musubi_serving;
grant update (state, confirmed_by) on mpi.decision to musubi_serving;
grant update (state, done_to) on mpi.token_version to musubi_serving;
grant delete on mpi.blocking, mpi.search_token to musubi_serving;
