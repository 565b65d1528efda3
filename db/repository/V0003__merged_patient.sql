-- Regional ids that were merged away, each with the id that stands for the person today (a chain A -> B -> C is kept
-- flattened to C). Kept by this module, so that finding a document and its patient is one statement. Few rows: most
-- people are never merged.
create table repository.merged_patient (
    patient  text primary key,
    survivor text not null check (survivor <> patient)
);
create index merged_patient_survivor on repository.merged_patient (survivor);

grant select, insert on repository.merged_patient to musubi_serving;
grant update (survivor) on repository.merged_patient to musubi_serving;
grant select on repository.merged_patient to musubi_report;

-- What was merged before this table existed is known to the patient index beside it, if there is one.
do $$
begin
    if to_regclass('mpi.patient') is not null then
        insert into repository.merged_patient (patient, survivor)
        with recursive chain (patient, at) as (
            select regional_id, survivor from mpi.patient where survivor is not null
            union
            select c.patient, p.survivor from chain c join mpi.patient p on p.regional_id = c.at
             where p.survivor is not null
        )
        select c.patient, c.at from chain c join mpi.patient p on p.regional_id = c.at where p.survivor is null;
    end if;
end
$$;
