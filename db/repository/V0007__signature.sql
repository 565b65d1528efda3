-- What was found out about signatures that came with documents, when they were stored (signature_check.h). In the clear
-- is what lists are made of; who signed, when and why a verdict is what it is are sealed with the publisher's data key.
create table repository.signature (
    document_key bigint not null,
    number       smallint not null,        -- of several in one document, in its order
    unique_id    text not null,
    owner_oid    text not null,            -- whose data key sealed it
    form         text not null,
    state        text not null check (state in ('valid', 'invalid', 'untrusted', 'cannot-tell')),
    checked_at   timestamptz not null default now(),
    sealed       bytea not null,
    primary key (document_key, number)
);
create index signature_document on repository.signature (unique_id);
create index signature_checked on repository.signature (checked_at);

grant select, insert on repository.signature to musubi_serving;
grant select on repository.signature to musubi_report;

-- As before, and what was found out about a dropped document goes with it.
create or replace function repository.drop_pending(submission bigint)
    returns table (document_key bigint, blob_id uuid, segment integer, segment_offset integer, segment_length integer)
    language sql security definer set search_path = pg_catalog as $$
    with pending as (
        delete from repository.pending_document where submission_key = submission
        returning unique_id, document_key, since
    ), documents as (
        delete from repository.document d using pending p
        where d.unique_id = p.unique_id and d.document_key = p.document_key and d.stored_at = p.since
        returning d.document_key, d.blob_id, d.segment, d.segment_offset, d.segment_length
    ), contents as (
        delete from repository.content c using documents d where c.document_key = d.document_key
    ), signatures as (
        delete from repository.signature s using documents d where s.document_key = d.document_key
    )
    select * from documents
$$;
