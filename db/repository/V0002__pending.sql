-- Documents whose registration at another node is not confirmed: stored before the registry is asked, so that an entry
-- never becomes visible without its content. A row leaves when the registry has said yes, or, after the grace time, no.
create table repository.pending_document (
    document_key   bigint primary key,
    unique_id      text not null,
    submission_key bigint not null,        -- one per ITI-41 request
    set_unique_id  text not null,          -- by which the registry is asked
    member         text not null,          -- in whose name
    since          timestamptz not null default now(),
    foreign key (unique_id, document_key) references repository.document (unique_id, document_key)
);
create index pending_document_submission on repository.pending_document (submission_key);
create index pending_document_since on repository.pending_document (since);

-- The only way to remove a document. It takes nothing but what was stored by the same transaction as its pending row,
-- and the serving role cannot choose `since`: what was confirmed once cannot be made pending and dropped.
create function repository.drop_pending(submission bigint) returns setof uuid
    language sql security definer set search_path = pg_catalog as $$
    with pending as (
        delete from repository.pending_document where submission_key = submission
        returning unique_id, document_key, since
    ), documents as (
        delete from repository.document d using pending p
        where d.unique_id = p.unique_id and d.document_key = p.document_key and d.stored_at = p.since
        returning d.document_key, d.blob_id
    ), contents as (
        delete from repository.content c using documents d where c.document_key = d.document_key
    )
    select blob_id from documents where blob_id is not null
$$;
revoke execute on function repository.drop_pending(bigint) from public;

grant select, delete on repository.pending_document to musubi_serving;
grant insert (document_key, unique_id, submission_key, set_unique_id, member) on repository.pending_document
    to musubi_serving;
grant execute on function repository.drop_pending(bigint) to musubi_serving;
grant select on repository.pending_document to musubi_report;
