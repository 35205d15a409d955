-- The server door: what was asked, by which key, and what the caller is told of it.

alter table handover.data_exports
  -- ChatRequest of src/chat/request.ts; null for an account's export
  add column request jsonb,
  add column api_key text,
  -- [{userId, messagesTotal, messagesExported}]: limits that cut something
  add column cuts jsonb not null default '[]';

create index data_exports_of_key on handover.data_exports (api_key, requested_at desc) where api_key is not null;

alter table handover.api_keys
  add column max_messages_per_user int check (max_messages_per_user > 0),
  add column webhook_url text;

create table handover.webhook_deliveries (
  id uuid primary key,
  export_id uuid not null references handover.data_exports on delete cascade,
  api_key text not null,
  event text not null,
  queued_at timestamptz not null,
  delivered_at timestamptz,
  tries int not null default 0,
  last_error text,
  given_up_at timestamptz,
  unique (export_id, event)
);
create index webhook_deliveries_open on handover.webhook_deliveries (queued_at)
  where delivered_at is null and given_up_at is null;
