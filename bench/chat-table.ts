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
 * breaks, nested JSON, JSON with spaces, line breaks and a key twice, arrays, nulls. The same rows every time.
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
    if (to === OWN_TEXTS && to < rows)
      await query(url, 'create table texts as select seq, text from messages');
    onProgress(to);
  }
  await query(url, 'drop table if exists texts');
  await query(
    url,
    `alter table messages add primary key (seq), add workspace_id text not null default '${workspace}'`,
  );
  await query(url, 'vacuum (analyze, freeze) messages');
  await query(url, 'checkpoint');
}

const ROWS_AT_ONCE = 500_000;
/** So many rows have a text of their own, which is most of what a row costs to make; those after them have these again. */
const OWN_TEXTS = 2_000_000;

const schema = `
  create table workspaces (id text primary key, name text not null);
  insert into workspaces values ('${workspace}', 'Workshop');
  create table messages (
    seq bigint not null, id uuid not null, channel_id uuid not null, user_id text not null, parent_id uuid,
    type text not null, text text not null, custom jsonb not null, reactions json, mentions text[] not null,
    reply_count integer not null, score double precision, silent boolean not null,
    created_at timestamptz not null, updated_at timestamptz not null, deleted_at timestamptz
  );`;

/** As Postgres writes them in an array of escape strings. */
const words = String.raw`
  'the', 'export', 'channel', 'message', 'user', 'please', 'could you', 'look at', 'this', 'tomorrow', 'meeting', 'deploy',
  'rollback', 'customer', 'invoice', E'said "yes"', E'it''s', E'C:\\temp\\new', E'line one\nline two', E'tab\there', 'über',
  'naïve', '日本語のテキスト', 'привет', 'مرحبا', '🎉', '👩‍👩‍👧‍👦', '🚀 ship it', '<b>bold</b>', 'a & b',
  '{"not":"json"}', 'https://example.com/a?b=c&d=e#f', 'and', 'or', 'because', 'however', 'thanks', 'LGTM', 'nit:', 'TODO',
  'ping', 'ok', 'sure', 'no problem', 'when', 'where', 'latency', 'throughput', 'postgres', 'index', 'vacuum', 'release',
  'ticket #4521', '50%', '€100', '100 km', 'résumé', 'façade', '\u0041 literal', 'end.', '?', '!', '…'`;

/** A row depends on its number alone, so that any range of them can be made by itself. */
function fill(from: number, to: number): string {
  return String.raw`
    insert into messages
    select g, md5('m' || g)::uuid, md5('c' || (hashint4(g) & 16383))::uuid, 'user-' || (hashint4(g * 7) & 65535),
      case when g % 5 = 0 then md5('m' || (g - 3))::uuid end,
      case when g % 50 = 0 then 'system' when g % 5 = 0 then 'reply' else 'regular' end,
      t.txt,
      jsonb_build_object('client', 'web/' || (g % 17), 'lang', (array['en', 'de', 'ja', 'ru', 'ar'])[1 + g % 5],
        'edited', g % 9 = 0,
        'nested', jsonb_build_object('k', g % 1000, 'v', md5(g::text), 'note', E'quote " back\\slash')),
      case when g % 10 = 0 then (E'{ "like" : ' || (g % 7) || E',\n  "heart": 1.50, "like": 2 }')::json end,
      case when g % 8 = 0 then array['user-' || (g % 1000), 'user-' || (g % 777)] else '{}'::text[] end,
      case when g % 20 = 0 then g % 13 else 0 end,
      case when g % 3 = 0 then hashint4(g)::float8 / 1e6 end,
      g % 100 = 0,
      at, at + case when g % 9 = 0 then interval '1 day' else interval '0' end,
      case when g % 40 = 0 then at + interval '3 days' end
    from ${to <= OWN_TEXTS ? ownTexts(from, to) : repeatedTexts(from, to)} t,
      lateral (select '2019-01-01T00:00:00Z'::timestamptz + g * interval '97.123457 seconds' as at) instants`;
}

function ownTexts(from: number, to: number): string {
  return `(
    select g, array_to_string(array(
      select list[1 + (hashint8(g::bigint * 31 + w) & 2147483647) % 63] from generate_series(1, 8 + (hashint4(g) & 15)) w
    ), ' ') as txt
    from generate_series(${from}, ${to}) g, (select array[${words}] as list) words)`;
}

function repeatedTexts(from: number, to: number): string {
  const shift = from - 1 - ((from - 1) % OWN_TEXTS);
  return `(select (seq + ${shift})::integer as g, text as txt from texts where seq between ${from - shift} and ${to - shift})`;
}
