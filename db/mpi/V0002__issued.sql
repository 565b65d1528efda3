-- Which regional ids this node issued itself. They name the regional authority without ever having been fed by it, so
-- whoever may feed that authority has not for that reason fed these patients.
alter table mpi.patient add column issued boolean not null default false;
