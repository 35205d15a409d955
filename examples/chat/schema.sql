-- The database of Lichthof, an invented chat product: small museums stream talks, and people talk in rooms beside them.
-- People go by a handle of their own choice. Ids of posts hold the time they were written at, and are larger than 2^53.

create type room_kind as enum ('livestream', 'messaging', 'team', 'forum');

create table people (
  handle text primary key,
  display_name text not null,
  picture_url text,
  site_role text not null,
  locale text not null,
  email text unique,
  city text,
  profile jsonb not null,
  blocks text[] not null,
  joined_at timestamptz not null,
  changed_at timestamptz not null,
  seen_at timestamptz,
  left_at timestamptz,
  is_online boolean not null,
  is_banned boolean not null,
  banned_until timestamptz,
  trust_score real,
  password_hash text,
  totp_secret text
);

create table device_tokens (
  token text primary key,
  handle text not null,
  platform text not null,
  added_at timestamptz not null
);

-- Rooms that came from an older product have neither a host nor a day of opening.
create table rooms (
  id bigint primary key,
  kind room_kind not null,
  slug text not null,
  title text not null,
  topic text,
  cover_url text,
  host text,
  opened_at timestamptz,
  changed_at timestamptz,
  last_post_at timestamptz,
  cleared_at timestamptz,
  closed_at timestamptz,
  is_frozen boolean not null,
  is_paused boolean not null,
  slow_mode_seconds integer not null,
  people_count integer not null,
  stream jsonb not null,
  invite_code text,
  unique (kind, slug)
);

create table room_members (
  room_id bigint not null,
  handle text not null,
  standing text not null check (standing in ('owner', 'moderator', 'member')),
  joined_at timestamptz not null,
  changed_at timestamptz not null,
  is_banned boolean not null,
  banned_until timestamptz,
  is_quiet boolean not null,
  starred_at timestamptz,
  nickname text,
  join_token text,
  primary key (room_id, handle)
);

create table posts (
  id bigint primary key,
  room_id bigint not null,
  author text not null,
  body text not null,
  special_kind text,
  files jsonb not null,
  mentions text[] not null,
  answers_to bigint,
  also_in_room boolean not null,
  quotes bigint,
  posted_at timestamptz not null,
  changed_at timestamptz not null,
  edited_at timestamptz,
  removed_at timestamptz,
  cleared_at timestamptz,
  is_silent boolean not null,
  is_pinned boolean not null,
  pinned_at timestamptz,
  pinned_by text,
  mood text,
  extra jsonb not null,
  answer_count integer not null,
  spam_score real
);

create table post_reactions (
  post_id bigint not null,
  handle text not null,
  name text not null,
  emoji text,
  weight smallint not null,
  reacted_at timestamptz not null,
  primary key (post_id, handle, name)
);

create table read_markers (
  room_id bigint not null,
  handle text not null,
  read_until timestamptz not null,
  last_post_id bigint,
  unread_count integer not null,
  device_id text,
  primary key (room_id, handle)
);

create table voice_calls (
  id uuid primary key,
  room_id bigint not null,
  caller text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  was_recorded boolean not null,
  quality jsonb not null,
  join_secret text not null,
  relay_cost numeric(10, 4) not null
);

-- What people told the hosts about others.
create table reports (
  id bigint primary key,
  post_id bigint not null,
  reporter text not null,
  reason text not null,
  reported_at timestamptz not null
);

-- After the rows: what refers to what, and indexes, are built faster over all rows at once.
-- A quoted post may be gone; every other reference finds its row.

alter table device_tokens add foreign key (handle) references people;
alter table rooms add foreign key (host) references people;
alter table room_members add foreign key (room_id) references rooms;
alter table room_members add foreign key (handle) references people;
alter table posts add foreign key (room_id) references rooms;
alter table posts add foreign key (author) references people;
alter table posts add foreign key (answers_to) references posts;
alter table posts add foreign key (pinned_by) references people;
alter table post_reactions add foreign key (post_id) references posts;
alter table post_reactions add foreign key (handle) references people;
alter table read_markers add foreign key (room_id) references rooms;
alter table read_markers add foreign key (handle) references people;
alter table voice_calls add foreign key (room_id) references rooms;
alter table voice_calls add foreign key (caller) references people;
alter table reports add foreign key (post_id) references posts;
alter table reports add foreign key (reporter) references people;

create index device_tokens_handle on device_tokens (handle);
create index room_members_handle on room_members (handle);
create index posts_room_id on posts (room_id, posted_at, id);
create index posts_author on posts (author, posted_at, id);
create index posts_answers_to on posts (answers_to) where answers_to is not null;
create index post_reactions_handle on post_reactions (handle, reacted_at);
create index read_markers_handle on read_markers (handle);
create index voice_calls_caller on voice_calls (caller, began_at);
create index voice_calls_room_id on voice_calls (room_id);
create index reports_post_id on reports (post_id);
