-- Search tokens of numbers: beginnings of ids, accounts, visits. Records that were here before have none until the
-- tokens are made anew (musubi patient reindex); until then questions by such numbers alone are refused.
alter table mpi.token_version add numbers boolean not null default true;
update mpi.token_version set numbers = false where exists (select from mpi.identifier);
