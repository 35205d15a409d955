import type { Selection } from '../src/sources/source.ts';
import { query } from './postgres.ts';

/** The columns that leave, in their order. */
export const chatColumns = [
  ...['seq', 'id', 'channel_id', 'user_id', 'parent_id', 'type', 'text', 'custom', 'reactions', 'mentions'],
  ...['reply_count', 'score', 'silent', 'created_at', 'updated_at', 'deleted_at'],
];

/** What all rows belong to. */
export const workspace = 'w_1';

/** The whole table, as a source reads it. */
export const chatSelection: Selection = {
  category: 'messages',
  schema: 'public',
  table: 'messages',
  columns: chatColumns.map((column) => ({ column, key: column })),
  belongsTo: { column: 'workspace_id' },
  orderBy: ['seq'],
};

/**
 * Makes the table `messages`, of one `workspace`, with what real chat holds: many scripts, quotes, backslashes, line
 * breaks, nested JSON, JSON with spaces and line breaks between its tokens, arrays, nulls. The same rows every time.
 */
export async function makeChatTable(
  url: string,
  rows: number,
  onProgress: (rowsDone: number) => void,
): Promise<void> {
  await query(url, schema);
  for (let from = 1; from <= rows; from += ROWS_AT_ONCE) {
    const to = Math.min(rows, from + ROWS_AT_ONCE - 1);
    await query(url, fill(from, to));
    onProgress(to);
  }
  await query(url, 'alter table messages add primary key (seq)');
  await query(url, 'vacuum (analyze, freeze) messages');
  await query(url, 'checkpoint');
}

const ROWS_AT_ONCE = 500_000;

const schema = `
  create table workspaces (id text primary key, name text not null);
  insert into workspaces values ('${workspace}', 'Workshop');
  create table messages (
    seq bigint not null, id uuid not null, channel_id uuid not null, user_id text not null, parent_id uuid,
    type text not null, text text not null, custom jsonb not null, reactions json, mentions text[] not null,
    reply_count integer not null, score double precision, silent boolean not null,
    created_at timestamptz not null, updated_at timestamptz not null, deleted_at timestamptz,
    workspace_id text not null
  );`;

/** Written as Postgres' escape strings. */
const phrases = [
  ...[
    'good morning',
    'did anyone see the second draft',
    'I will be there at 10',
    'let us move the review to Friday',
  ],
  ...[
    'she said \\"not before noon\\"',
    'it\\047s fine by me',
    'D:\\\\reports\\\\2024\\\\q3.xlsx',
    'first line\\nsecond line',
  ],
  ...[
    'name\\tamount\\tdate',
    'Grüße aus Köln',
    'déjà vu à la carte',
    '会議は午後三時からです',
    'Увидимся завтра',
    'شكرا جزيلا',
  ],
  ...[
    '🌻🌻🌻',
    '🧑‍🔬 found it',
    'नमस्ते दोस्तों',
    '<a href=\\"/help\\">help</a>',
    'x < y && y > z',
    '{\\"looks\\":[\\"like\\",\\"json\\"]}',
  ],
  ...[
    'https://docs.example.org/guide?page=2&sort=asc#top',
    'costs 1.299,00 € or so',
    'the build is green again',
  ],
  ...[
    'can somebody restart the printer on the third floor',
    'thank you all for today',
    'yes',
    'no',
    'maybe later',
  ],
  ...['literal \\\\u00e9 stays as it is', 'the numbers add up now', 'who owns this ticket', 'ship it'],
];

function fill(from: number, to: number): string {
  return `
    insert into messages
    select n, md5('message ' || n)::uuid, md5('channel ' || (h & 8191))::uuid, 'member_' || (h & 32767),
      case when n % 6 = 0 then md5('message ' || n - 5)::uuid end,
      case when n % 40 = 0 then 'system' when n % 6 = 0 then 'reply' else 'regular' end,
      concat_ws(' ', p[1 + (h & 31)], p[1 + (h >> 5 & 31)], p[1 + (h >> 10 & 31)],
        case when h & 1 = 0 then p[1 + (h >> 15 & 31)] || ' ' || p[1 + (h >> 20 & 31)] end,
        case when h & 6 = 0 then p[1 + (h >> 7 & 31)] || '. ' || p[1 + (h >> 12 & 31)] || '. ' || p[1 + (h >> 3 & 31)] end),
      jsonb_build_object('client', 'desktop/' || n % 23, 'locale', p[1 + (h >> 17 & 31)], 'pinned', n % 11 = 0,
        'link', jsonb_build_object('rank', n % 997, 'digest', md5(n::text), 'caption', E'a "quoted" \\\\ caption')),
      case when n % 9 = 0 then (E'{ "laugh" : ' || n % 5 || E',\\n  "clap": 2.50 }')::json end,
      case when n % 7 = 0 then array['member_' || n % 1009, 'member_' || n % 811] else '{}'::text[] end,
      case when n % 25 = 0 then (n % 17)::int else 0 end,
      case when n % 3 = 0 then h / 1e5::float8 end,
      n % 90 = 0,
      at, at + case when n % 8 = 0 then interval '26 hours' else interval '0' end,
      case when n % 50 = 0 then at + interval '9 days' end,
      '${workspace}'
    from (
      select n, hashint8(n) & 2147483647 as h, '2018-05-01T00:00:00Z'::timestamptz + n * interval '4.120031 seconds' as at
      from generate_series(${from}::bigint, ${to}) n
    ) numbered, (select array[${phrases.map((phrase) => `E'${phrase}'`).join(', ')}] as p) words`;
}
