-- Counts that balance, and the manifest: see manifests-table.ts.

alter table handover.data_exports
  -- [{category, rowsInScope, rowsLeftOut}]: counted under the snapshot, apart from the read
  add column counts jsonb,
  -- [{category, rowsInScope, rowsLeftOut, rowsExported, rowsFailed}]: where the counts do not balance
  add column gaps jsonb not null default '[]',
  -- what the config said when the snapshot was taken, as JSON: what a manifest says of fields and reasons
  add column rules text,
  -- as it is handed out, signed; stays when the archive goes
  add column manifest text,
  -- set in its place when the stored file was found damaged
  add column damaged_at timestamptz;

create index data_exports_without_manifest on handover.data_exports (completed_at)
  where status = 'completed' and rules is not null and manifest is null and damaged_at is null;
