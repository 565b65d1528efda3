-- Persons who were taken for one may part: what a hospital published goes with the hospital's own id of the patient,
-- here as in the registry, so that delivery is decided by the consent of the right one.
alter table repository.document
    add column source_token bytea,                    -- HMAC of sourcePatientId; null: stored before this column
    add column whose_unknown boolean not null default false;  -- its person parted, and nothing tells to whom it belongs
create index document_source on repository.document (source_token) where source_token is not null;

-- A registry beside us keeps the same token.
do $$
begin
    if exists (select from information_schema.columns where table_schema = 'registry' and table_name = 'entry'
               and column_name = 'source_token') then
        update repository.document d set source_token = e.source_token
          from registry.entry e where e.unique_id = d.unique_id and e.source_token is not null;
    end if;
end
$$;
-- What stays without one is found by its patient; nothing new ever comes in here.
create index document_without_source on repository.document (patient) where source_token is null;

-- What was published under p_from with one of these ids belongs to p_to. Documents of p_from that were stored before
-- tokens were kept may be either's: withheld from now on. Runs with the owner's rights, because nobody else may change
-- a document's row.
create function repository.move_sources(p_tokens bytea[], p_from text, p_to text) returns void
    language sql security definer set search_path = pg_catalog as $$
    update repository.document set patient = p_to where patient = p_from and source_token = any (p_tokens);
    update repository.document set whose_unknown = true
     where patient = p_from and source_token is null and not whose_unknown;
$$;
revoke execute on function repository.move_sources(bytea[], text, text) from public;
grant execute on function repository.move_sources(bytea[], text, text) to musubi_serving;
