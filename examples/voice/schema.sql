-- The database of Hallomoor, an invented voice product: accounts call their contacts through carriers of their own.
-- Charges and balance transactions keep the shape in which a payment processor sends them.

create type call_direction as enum ('inbound', 'outbound');

create table account (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  type text not null,
  status text not null check (status in ('active', 'suspended')),
  created_at timestamptz not null,
  settings jsonb not null,
  billing_api_key text not null
);

create table users (
  id uuid primary key,
  account_id uuid not null,
  email text not null unique,
  name text not null,
  role text not null check (role in ('owner', 'agent')),
  locale text not null,
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  deleted_at timestamptz,
  password_hash text not null,
  mfa_secret text,
  mfa_recovery_codes text[] not null
);

create table sessions (
  token_hash bytea primary key,
  user_id uuid not null,
  ip_address inet not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create table contacts (
  id text primary key,
  account_id uuid not null,
  external_id text not null,
  first_name text not null,
  last_name text not null,
  phone text not null,
  email text,
  age smallint,
  marital text,
  education text,
  custom jsonb not null,
  tags text[] not null,
  do_not_call boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);

create table campaigns (
  id text primary key,
  account_id uuid not null,
  name text not null,
  status text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  created_at timestamptz not null,
  stats json not null
);

-- A schedule belongs to its campaign, and by it to an account.
create table call_schedules (
  id uuid primary key,
  campaign_id text not null,
  day_of_week text not null,
  rrule text not null,
  "window" jsonb not null,
  observed_contacts integer not null,
  enabled boolean not null,
  created_at timestamptz not null,
  unique (campaign_id, day_of_week)
);

create table calls (
  id text primary key,
  account_id uuid not null,
  campaign_id text,
  contact_id text,
  user_id uuid,
  direction call_direction not null,
  channel text not null,
  "from" text,
  "to" text,
  status text not null,
  attempt smallint not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration_seconds integer not null,
  outcome text,
  price numeric(12, 6),
  currency char(3) not null,
  recording_url text,
  -- When the person asked to be forgotten: numbers and recording are gone, the row stays for the bill.
  scrubbed_at timestamptz
);

create table daily_call_totals (
  account_id uuid not null,
  day date not null,
  calls bigint not null,
  seconds bigint not null,
  price numeric(14, 6) not null,
  primary key (account_id, day)
);

create table flows (
  id uuid primary key,
  account_id uuid not null,
  name text not null,
  category text not null,
  description text not null,
  version integer not null,
  status text not null check (status in ('draft', 'published')),
  nodes jsonb not null,
  instructions text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table phone_numbers (
  id uuid primary key,
  account_id uuid not null,
  e164 text not null,
  country char(2) not null,
  capabilities text[] not null,
  status text not null,
  purchased_at timestamptz not null,
  monthly_price numeric(12, 6) not null,
  provider_ref text not null
);

create table voip_providers (
  id uuid primary key,
  account_id uuid not null,
  name text not null,
  kind text not null,
  e164_leading_plus boolean not null,
  requires_static_ip boolean not null,
  gateways jsonb not null,
  auth_username text not null,
  auth_password text not null,
  api_credentials jsonb not null,
  is_default boolean not null,
  created_at timestamptz not null
);

create table charges (
  id text primary key,
  account_id uuid not null,
  object text not null,
  amount integer not null,
  amount_captured integer not null,
  amount_refunded integer not null,
  application text,
  application_fee text,
  application_fee_amount integer,
  balance_transaction text not null,
  billing_details jsonb not null,
  calculated_statement_descriptor text,
  captured boolean not null,
  created bigint not null,
  currency char(3) not null,
  customer text,
  description text,
  disputed boolean not null,
  failure_balance_transaction text,
  failure_code text,
  failure_message text,
  fraud_details jsonb not null,
  livemode boolean not null,
  metadata jsonb not null,
  on_behalf_of text,
  outcome jsonb,
  paid boolean not null,
  payment_intent text,
  payment_method text,
  payment_method_details json,
  receipt_email text,
  receipt_number text,
  receipt_url text,
  refunded boolean not null,
  refunds jsonb,
  review text,
  shipping jsonb,
  source jsonb,
  source_transfer text,
  statement_descriptor text,
  statement_descriptor_suffix text,
  status text not null,
  transfer_data jsonb,
  transfer_group text
);

create table balance_transactions (
  id text primary key,
  account_id uuid not null,
  object text not null,
  amount integer not null,
  available_on bigint not null,
  balance_after_micros bigint not null,
  balance_type text not null,
  created bigint not null,
  currency char(3) not null,
  description text,
  exact_amount numeric(18, 6) not null,
  exchange_rate double precision,
  fee integer not null,
  fee_details jsonb not null,
  net integer not null,
  reporting_category text not null,
  source text,
  status text not null,
  type text not null
);

create table notifications (
  id uuid primary key,
  account_id uuid not null,
  user_id uuid not null,
  type text not null,
  title text not null,
  body text not null,
  read_at timestamptz,
  created_at timestamptz not null
);

-- After the rows: what refers to what, and indexes, are built faster over all rows at once.

alter table users add foreign key (account_id) references account;
alter table sessions add foreign key (user_id) references users;
alter table contacts add foreign key (account_id) references account;
alter table campaigns add foreign key (account_id) references account;
alter table call_schedules add foreign key (campaign_id) references campaigns;
alter table calls add foreign key (account_id) references account;
alter table calls add foreign key (campaign_id) references campaigns;
alter table calls add foreign key (contact_id) references contacts;
alter table calls add foreign key (user_id) references users;
alter table daily_call_totals add foreign key (account_id) references account;
alter table flows add foreign key (account_id) references account;
alter table phone_numbers add foreign key (account_id) references account;
alter table voip_providers add foreign key (account_id) references account;
alter table charges add foreign key (account_id) references account;
alter table balance_transactions add foreign key (account_id) references account;
alter table balance_transactions add foreign key (source) references charges;
alter table notifications add foreign key (account_id) references account;
alter table notifications add foreign key (user_id) references users;

create index users_account_id on users (account_id);
create index sessions_user_id on sessions (user_id);
create index contacts_account_id on contacts (account_id, id);
create index campaigns_account_id on campaigns (account_id);
create index calls_account_id on calls (account_id, id);
create index calls_contact_id on calls (contact_id);
create index flows_account_id on flows (account_id);
create index phone_numbers_account_id on phone_numbers (account_id);
create index voip_providers_account_id on voip_providers (account_id);
create index charges_account_id on charges (account_id);
create index balance_transactions_account_id on balance_transactions (account_id);
create index notifications_account_id on notifications (account_id);
