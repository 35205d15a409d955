-- Whose turn it is among the exports that servers asked for and no worker has taken: see server-exports-table.ts.

alter table handover.data_exports add column turn int;

create index data_exports_waiting on handover.data_exports (turn) include (api_key)
  where door = 'server' and status = 'confirmed';
