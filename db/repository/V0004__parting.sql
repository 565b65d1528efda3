-- Ids that were taken for one person may part again; then nobody stands for the one that was merged away.
grant delete on repository.merged_patient to musubi_serving;
