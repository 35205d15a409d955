-- How often a job was taken from a worker that had gone silent, by queue: a counter for the metrics.

create table handover.lease_losses (
  queue text primary key,
  count int8 not null
);
