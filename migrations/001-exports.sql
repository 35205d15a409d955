-- The state of Handover. Instants come from the service's clock, never from now(), so that a test can move it.

create table handover.data_exports (
  id uuid primary key,
  kind text not null,
  subject_id text not null,
  door text not null check (door in ('account', 'server')),
  status text not null check (status in
    ('pending', 'confirmed', 'processing', 'completed', 'expired', 'failed', 'cancelled')),
  requester_id text not null,
  requester_email text not null,
  requester_name text,
  requester_language text,
  requested_at timestamptz not null,
  confirm_by timestamptz,
  confirmed_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  -- one attempt is one snapshot; parts of an earlier attempt are worthless
  attempt int not null default 0,
  snapshot_at text,
  config_hash text,
  rows_estimated bigint,
  archive_bytes bigint,
  -- the export's own key, wrapped by the installation's; null once shredded
  sealed_key bytea,
  archive_removed_at timestamptz,
  failure_code text,
  failure_message text,
  check (status <> 'pending' or confirm_by is not null),
  check (status not in ('completed') or (completed_at is not null and expires_at is not null and sealed_key is not null)),
  check (status not in ('expired', 'failed', 'cancelled') or (ended_at is not null and sealed_key is null)),
  check ((status = 'failed') = (failure_code is not null))
);

-- The rule "one active export at a time" lives here and nowhere else.
create unique index data_exports_one_active on handover.data_exports (kind, subject_id)
  where door = 'account' and status in ('pending', 'confirmed', 'processing', 'completed');
create index data_exports_history on handover.data_exports (kind, subject_id, requested_at desc);
create index data_exports_due on handover.data_exports (status, coalesce(expires_at, confirm_by))
  where status in ('pending', 'confirmed', 'processing', 'completed');
create index data_exports_to_remove on handover.data_exports (ended_at)
  where archive_removed_at is null and status in ('expired', 'failed', 'cancelled');

create table handover.export_parts (
  export_id uuid not null references handover.data_exports on delete cascade,
  attempt int not null,
  number int not null,
  -- [{category, range: {from, to} | null}]: what to read; sealed, since the bounds are values of the subject's rows
  sealed_slices bytea not null,
  rows_done bigint not null default 0,
  bytes_done bigint not null default 0,
  -- set once, when the part is sealed and stored
  done_at timestamptz,
  object_name text,
  -- [{category, offset, bytes, rows, sha256}]: what was written, in order
  sections jsonb,
  sha256 text,
  failed_code text,
  primary key (export_id, attempt, number)
);

-- Only the SHA-256 of a token is kept. A token is good for one purpose, and for one export if it has one.
create table handover.tokens (
  hash bytea primary key,
  purpose text not null check (purpose in ('confirm', 'download', 'portal', 'session')),
  export_id uuid references handover.data_exports on delete cascade,
  -- whose portal session it opens or is
  session jsonb,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  check ((purpose in ('confirm', 'download')) = (export_id is not null)),
  check ((purpose in ('portal', 'session')) = (session is not null))
);
create index tokens_expiry on handover.tokens (expires_at);

create table handover.mails (
  id uuid primary key,
  export_id uuid not null references handover.data_exports on delete cascade,
  letter text not null check (letter in ('confirmation', 'ready', 'failed')),
  queued_at timestamptz not null,
  sent_at timestamptz,
  tries int not null default 0,
  last_error text,
  given_up_at timestamptz
);
create index mails_of_export on handover.mails (export_id, queued_at desc);
create unique index mails_one_ready on handover.mails (export_id) where letter = 'ready';

-- The local mailbox of an installation without SMTP; contents are sealed.
create table handover.mailbox_mails (
  id text primary key,
  sealed bytea not null,
  received_at timestamptz not null
);

create table handover.export_events (
  id bigint generated always as identity primary key,
  export_id uuid not null references handover.data_exports on delete cascade,
  at timestamptz not null,
  event text not null,
  -- user:<id>, key:<id>, operator, system
  actor text not null,
  details jsonb not null default '{}'
);
create index export_events_of_export on handover.export_events (export_id, id);

create table handover.workers (
  id uuid primary key,
  host text not null,
  process_id int not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

create table handover.api_keys (
  key text primary key,
  name text not null,
  sealed_secret bytea not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
