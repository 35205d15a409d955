import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type pg from 'pg';
import { readSchema } from '../../examples/chat/fill.ts';
import type { Postgres } from './postgres.ts';

/**
 * A public archive of a chat with 91,749 messages, which is not ours to ship. It is looked for where HANDOVER_SHARED_DATA
 * points, and beside the repository; null where it is missing, so that tests can be skipped.
 */
export const meshcoreFolder: string | null =
  [process.env.HANDOVER_SHARED_DATA ?? '', join(import.meta.dirname, '..', '..', '..', 'shared', 'data')]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'chat-meshcore'))
    .find(existsSync) ?? null;

/** What `test` takes as `skip`. */
export const withoutMeshcore: string | false =
  meshcoreFolder === null ? 'the set chat-meshcore is not here' : false;

/** A database of its own for each who asks, with that set as {@link loadMeshcore} loads it. */
export function copyMeshcore(postgres: Postgres): Promise<string> {
  return postgres.copyDatabase('meshcore', loadMeshcore);
}

/**
 * Makes the tables of examples/chat in an empty database and fills them with that set: who reads them by the example's
 * config gets its channels, users and messages. Rooms are numbered, posts keep their ids of 19 digits. Returns the rows
 * written by table, or null where the set is missing.
 */
export async function loadMeshcore(db: pg.Client): Promise<Record<string, number> | null> {
  if (meshcoreFolder === null) return null;
  const schema = await readSchema();
  const cut = schema.indexOf('-- After the rows');
  const counts: Record<string, number> = {};
  await db.query('begin');
  await db.query(schema.slice(0, cut));
  for (const [table, { from, sql }] of Object.entries(inserts)) {
    counts[table] = 0;
    for (const batch of batches(await readLines(join(meshcoreFolder, `${from}.ndjson.zst`)))) {
      const { rowCount } = await db.query(sql, [`[${batch}]`]);
      counts[table] += rowCount ?? 0;
    }
  }
  await db.query(lastPosts);
  await db.query(schema.slice(cut));
  await db.query('commit');
  await db.query('analyze');
  return counts;
}

/** In an order in which each one finds what it joins. `$1` is a JSON list of lines of the set. */
const inserts: Record<string, { from: string; sql: string }> = {
  people: {
    from: 'users',
    sql: `
      insert into people (handle, display_name, picture_url, site_role, locale, profile, blocks, joined_at, changed_at,
        is_online, is_banned)
      select id, display_name, avatar_url, case when is_bot then 'bot' else 'user' end, 'en',
        custom || jsonb_build_object('name', name), '{}', created_at, created_at, false, false
      from json_to_recordset($1::json) as r(id text, name text, display_name text, avatar_url text, is_bot boolean,
        created_at timestamptz, custom jsonb)`,
  },
  rooms: {
    from: 'channels',
    sql: `
      insert into rooms (id, kind, slug, title, topic, host, opened_at, changed_at, closed_at, is_frozen, is_paused,
        slow_mode_seconds, people_count, stream)
      select (select count(*) from rooms) + row_number() over (), type::room_kind, id, name, category, created_by,
        created_at, updated_at, deleted_at, false, false, 0, 0, custom
      from json_to_recordset($1::json) as r(id text, type text, name text, category text, created_by text,
        created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, custom jsonb)`,
  },
  room_members: {
    from: 'members',
    sql: `
      insert into room_members (room_id, handle, standing, joined_at, changed_at, is_banned, is_quiet)
      select rooms.id, r.user_id, r.role, r.joined_at, r.joined_at, false, false
      from json_to_recordset($1::json) as r(channel_id text, user_id text, joined_at timestamptz, role text)
      join rooms on rooms.slug = r.channel_id`,
  },
  posts: {
    from: 'messages',
    sql: `
      insert into posts (id, room_id, author, body, special_kind, files, mentions, answers_to, also_in_room, quotes,
        posted_at, changed_at, edited_at, removed_at, is_silent, is_pinned, extra, answer_count)
      select r.id, rooms.id, r.user_id, r.text, case when r.custom ? 'system' then 'system' end, r.attachments, '{}',
        r.parent_id, false, r.quoted_message_id, r.created_at, r.updated_at,
        case when r.updated_at > r.created_at then r.updated_at end, r.deleted_at, false, r.custom ? 'pinned', r.custom, 0
      from json_to_recordset($1::json) as r(id bigint, channel_id text, user_id text, text text, created_at timestamptz,
        updated_at timestamptz, deleted_at timestamptz, parent_id bigint, quoted_message_id bigint, attachments jsonb,
        custom jsonb)
      join rooms on rooms.slug = r.channel_id`,
  },
  post_reactions: {
    from: 'reactions',
    sql: `
      insert into post_reactions (post_id, handle, name, emoji, weight, reacted_at)
      select message_id, user_id, type, emoji, 1, created_at
      from json_to_recordset($1::json) as r(message_id bigint, user_id text, type text, emoji text,
        created_at timestamptz)`,
  },
};

/** Grouped, since there is no index yet by which a room finds its own. */
const lastPosts = `
  update rooms set last_post_at = last_at
    from (select room_id, max(posted_at) as last_at from posts group by room_id) p where p.room_id = rooms.id;
  update rooms set people_count = people
    from (select room_id, count(*) as people from room_members group by room_id) m where m.room_id = rooms.id`;

async function readLines(file: string): Promise<string[]> {
  const bytes = await promisify(zstdDecompress)(await readFile(file));
  return bytes.toString('utf8').trimEnd().split('\n');
}

function* batches(lines: string[]): Generator<string[]> {
  for (let start = 0; start < lines.length; start += 5_000) yield lines.slice(start, start + 5_000);
}
