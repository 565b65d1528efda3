-- Documents of this repository. In the clear: unique ids, owner, codes, sizes, hashes, regional patient ids. Content is
-- sealed with the publishing institution's data key before it comes here or to the blob store.
create schema repository;

create table repository.document (
    unique_id     text not null,
    document_key  bigint not null,        -- one per accepted copy: identical content may be registered again
    patient       text not null,          -- regional id at submission; survivors are looked up when read
    owner         text not null,          -- member code
    owner_oid     text not null,          -- institution whose data key sealed the content
    class_code    text not null,
    type_code     text not null,
    practice_code text not null,
    confidentiality text[] not null,
    mime_type     text not null,
    size          bigint not null,
    sha1          bytea not null,
    blob_id       uuid,                   -- null: content lies in repository.content
    stored_at     timestamptz not null default now(),
    primary key (unique_id, document_key)
);
create index document_blob on repository.document (blob_id) where blob_id is not null;

-- Small documents share the transaction, and the fsync, of their metadata.
create table repository.content (
    document_key bigint primary key,
    sealed       bytea not null
);
alter table repository.content alter column sealed set storage external; -- sealed bytes do not compress

grant usage on schema repository to musubi_serving, musubi_report;
grant select, insert on repository.document, repository.content to musubi_serving;
grant select on repository.document to musubi_report;
