-- Sealed contents of small documents leave the database for segment files: there an append costs one sync for all who
-- store at a time, and reading one call. The row stays the commit point. repository.content keeps what was stored before.
alter table repository.document
    add column segment        integer,   -- with offset and length: where the record lies; null: blob_id or repository.content
    add column segment_offset integer,
    add column segment_length integer,
    add check (num_nulls(segment, segment_offset, segment_length) in (0, 3));
-- Rows come in the order of their segments, so a summary of each block range is all that reconciliation needs to find
-- those of one segment, and an insert costs next to nothing.
create index document_segment on repository.document using brin (segment)
    with (pages_per_range = 32, autosummarize = on);

-- As before, and tells where the small documents lay.
drop function repository.drop_pending(bigint);
create function repository.drop_pending(submission bigint)
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
    )
    select * from documents
$$;
revoke execute on function repository.drop_pending(bigint) from public;
grant execute on function repository.drop_pending(bigint) to musubi_serving;
