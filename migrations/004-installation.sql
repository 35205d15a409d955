-- Which installation key the state was sealed under, and how many faults an export has seen.

create table handover.installation (
  only_row boolean primary key default true check (only_row),
  -- a known text, sealed: whoever opens it has the right key
  sealed_check bytea not null
);

-- Faults of its runs. A worker that was killed or stopped is none.
alter table handover.data_exports add column faults int not null default 0;
