import pg from 'pg';
import { fillVoiceDatabase } from '../examples/voice/fill.ts';

/** The columns of calls that leave, as in the config of the voice product. */
export const callColumns = [
  ...[
    'id',
    'account_id',
    'campaign_id',
    'contact_id',
    'user_id',
    'direction',
    'channel',
    'from',
    'to',
    'status',
  ],
  ...['attempt', 'started_at', 'ended_at', 'duration_seconds', 'outcome', 'price', 'currency'],
];

/** What all rows belong to. */
export const callsOwner = 'everybody';

/**
 * The calls of the voice product, all 101,929 as often as it takes, in a table of their own with `seq` as its key and
 * one owner. Real durations, attempts and outcomes: https://archive.ics.uci.edu/dataset/222/bank+marketing
 */
export async function makeCallsTable(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await fillVoiceDatabase(client);
    const { rows: found } = await client.query<{ count: number }>('select count(*)::int as count from calls');
    const times = Math.ceil(rows / (found[0]?.count ?? 1));
    await client.query(`create table owners as select '${callsOwner}'::text as id`);
    await client.query(`
      create table many_calls as
      select row_number() over (order by n, started_at, id) as seq, '${callsOwner}'::text as owner, calls.*
      from generate_series(1, ${times}) n, calls order by 1 limit ${rows}`);
    await client.query('alter table many_calls add primary key (seq)');
    await client.query('vacuum (analyze, freeze) many_calls');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
