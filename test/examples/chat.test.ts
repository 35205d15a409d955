import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PGlite } from '@electric-sql/pglite';
import { fillChatDatabase } from '../../examples/chat/fill.ts';
import { chatRows } from '../../examples/chat/rows.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ChatEntity, ResolvedChat } from '../../src/config/resolved.ts';
import { createPglite } from '../support/pglite.ts';

let chat: ResolvedChat;
let db: PGlite;
before(async () => {
  const config = await loadConfig('examples/chat/handover.config.ts');
  assert.ok(config.chat);
  chat = config.chat;
  db = await createPglite();
  await fillChatDatabase(db);
});
after(() => db.close());

test('every column of every table leaves, is excluded, or is of a table that stays', async () => {
  const { rows } = await db.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns where table_schema = 'public'`,
  );
  const staying = new Set(chat.leftOut.map(({ what }) => what));
  const columns = rows
    .filter(({ table }) => !staying.has(table))
    .map(({ table, column }) => `${table}.${column}`);
  const named = entities().flatMap((entity) =>
    [...leaving(entity), ...stayingColumns(entity)].map((column) => `${entity.table}.${column}`),
  );
  assert.deepEqual(named.sort(), columns.sort());
  for (const table of staying)
    assert.ok(
      rows.some((row) => row.table === table),
      table,
    );
});

test('names of tables and columns are the product’s own, so that the mapping shows', () => {
  const pairs = entities().flatMap(({ fields }) => Object.entries(fields));
  const same = pairs.filter(([field, { column }]) => field === column).map(([field]) => field);
  assert.deepEqual(same, ['id', 'pinned_at', 'pinned_by', 'id', 'ended_at']);
});

test('the database holds secrets, and none of them in what leaves', async () => {
  let secrets = 0;
  for (const entity of entities()) {
    const { rows } = await db.query<Record<string, unknown>>(`select * from ${entity.table}`);
    assert.ok(rows.length > 0, entity.table);
    for (const row of rows) {
      secrets += JSON.stringify(row, text).split('CANARY_').length - 1;
      assert.doesNotMatch(JSON.stringify(cut(entity, row), text), /CANARY_/, entity.table);
    }
  }
  assert.equal(secrets, 10 + 1 + 3 + 6 + 2 + 31 + 4);
});

test('the channel and the users of the published examples are there, with all that makes an export hard', async () => {
  const { rows } = await db.query<Record<string, number>>(`
    select count(*)::int as posts,
      count(*) filter (where id > 9007199254740992)::int as large_ids,
      count(*) filter (where answers_to is not null)::int as answers,
      count(*) filter (where removed_at is not null)::int as removed,
      count(*) filter (where jsonb_array_length(files) > 0)::int as with_files,
      count(*) filter (where cardinality(mentions) > 0)::int as with_mentions,
      count(*) filter (where is_pinned)::int as pinned,
      count(*) filter (where edited_at is not null)::int as edited,
      count(*) filter (where special_kind = 'system')::int as system,
      count(*) filter (where posted_at <= cleared)::int as truncated,
      count(*) filter (where posted_at between '2020-11-10T09:30:00Z' and '2020-11-10T11:30:00Z')::int as asked_for,
      count(*) filter (where posted_at in ('2020-11-10T09:30:00Z', '2020-11-10T11:30:00Z'))::int as on_the_bounds
    from posts, (select id as room, cleared_at as cleared from rooms where kind = 'livestream' and slug = 'white-room') r
    where room_id = room`);
  const { posts, ...some } = rows[0] ?? {};
  assert.deepEqual(some, {
    ...{ large_ids: posts, answers: 11, removed: 2, with_files: 3, with_mentions: 4, pinned: 2, edited: 1 },
    ...{ system: 2, truncated: 7, asked_for: 29, on_the_bounds: 2 },
  });
  for (const handle of ['alice', 'bob']) {
    for (const table of ['room_members', 'post_reactions', 'read_markers']) {
      assert.ok(await count(`${table} where handle = '${handle}'`), `${table} of ${handle}`);
    }
    assert.ok(await count(`posts where author = '${handle}'`), handle);
    assert.ok(await count(`voice_calls where caller = '${handle}'`), handle);
  }
  assert.equal(await count('rooms where closed_at is not null'), 1);
  assert.equal(await count('posts where cleared_at is not null'), 2);
  assert.equal((await count(String.raw`posts where body ~ '[\U00010000-\U0010FFFF]'`)) > 300, true);
});

test('the rows are the same every time, and filling again changes nothing', async () => {
  assert.deepEqual(chatRows(), chatRows());
  assert.equal(await fillChatDatabase(db), 0);
  await db.query(`comment on table people is 'Handover example data, version 0'`);
  await db.query('delete from post_reactions');
  let reported = 0;
  const rows = await fillChatDatabase(db, {
    onProgress: (progress) => {
      reported = progress.rows;
    },
  });
  assert.equal(rows, Object.values(chatRows()).flat().length);
  assert.equal(reported, rows);
  assert.equal(await count('post_reactions'), chatRows().post_reactions?.length);
});

test('a table of somebody else is never dropped', async () => {
  const other = await createPglite();
  try {
    await other.exec('create table people (id int); insert into people values (7)');
    await assert.rejects(fillChatDatabase(other), /relation "people" already exists/);
    assert.deepEqual((await other.query('select * from people')).rows, [{ id: 7 }]);
  } finally {
    await other.close();
  }
});

test('the source is called chat: a Postgres if the environment names one, else a folder', async () => {
  const sourcesWith = async (environment: Record<string, string>) => {
    Object.assign(process.env, environment);
    try {
      return (await loadConfig('examples/chat/handover.config.ts')).sources;
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  };
  assert.equal(chat.source, 'chat');
  const { chat: postgres } = await sourcesWith({ SOURCE_DATABASE_URL: 'postgres://reader@db/chat' });
  assert.equal(postgres?.type === 'postgres' && postgres.url, 'postgres://reader@db/chat');
  assert.deepEqual(await sourcesWith({ CHAT_DATABASE_FOLDER: '/srv/chat' }), {
    chat: { type: 'pglite', folder: '/srv/chat' },
  });
});

function entities(): ChatEntity[] {
  const { users, channels, members, messages, reactions, reads, calls } = chat;
  assert.ok(reactions && reads && calls);
  return [users, channels, members, messages, reactions, reads, calls];
}

/** Each once, though a column may be two fields. */
function leaving({ fields, custom }: ChatEntity): string[] {
  return [...new Set([...Object.values(fields), ...Object.values(custom)].map(({ column }) => column))];
}

function stayingColumns({ leftOut }: ChatEntity): string[] {
  return leftOut.map(({ what }) => what).filter((what) => /^\w+$/.test(what));
}

/** What the mapping means, said a second time: the columns that leave, without the paths that stay. */
function cut({ fields, custom }: ChatEntity, row: Record<string, unknown>): unknown {
  return [...Object.values(fields), ...Object.values(custom)].map(({ column, omit }) => {
    const value = structuredClone(row[column]);
    for (const path of omit) remove(value, path);
    return value;
  });
}

function remove(value: unknown, [step = '', ...further]: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  for (const key of step === '*' ? Object.keys(record) : [step]) {
    if (further.length > 0) remove(record[key], further);
    else delete record[key];
  }
}

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

async function count(from: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from ${from}`);
  return rows[0]?.n ?? 0;
}
