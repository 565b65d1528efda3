-- Persons that were taken for one may part again. Then what was said under either id counts for that id alone.
alter table policy.consent add column merged_from text;  -- said under this id, repeated here by a merge

-- Words up to this position no longer count: what counts of them was said again behind it.
create table policy.consent_cut (
    patient  text not null,
    position bigint not null,
    at       timestamptz not null default now(),
    primary key (patient, position)
);

create or replace view policy.consent_state as
    select distinct on (c.patient, c.scope, c.value)
           c.patient, c.scope, c.value, c.granted, c.basis, c.recorded_by, c.organisation, c.recorded_at, c.position
    from policy.consent c
    where not exists (select from policy.consent_cut k where k.patient = c.patient and k.position >= c.position)
    order by c.patient, c.scope, c.value, c.position desc;

grant select, insert on policy.consent_cut to musubi_serving;
grant select on policy.consent_cut to musubi_report;
