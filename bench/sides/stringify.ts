import pg from 'pg';
import type { Run } from '../compare.ts';

const ROWS_AT_ONCE = 1000;

/**
 * Rows that lie in memory as objects, as the driver parsed them, made into bytes by `JSON.stringify` over and over.
 * That the driver takes longer to parse them than this takes is not counted, in favour of this side.
 */
export async function start(settings: { url: string; sql: string; leastSeconds: number }) {
  const client = new pg.Client({ connectionString: settings.url });
  await client.connect();
  const { rows } = await client.query(settings.sql);
  await client.end();
  return {
    async run(): Promise<Run> {
      const run = { seconds: 0, rows: 0, bytes: 0 };
      const startedAt = performance.now();
      while (run.seconds < settings.leastSeconds) {
        for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
          const some = rows.slice(from, from + ROWS_AT_ONCE);
          run.bytes += Buffer.from(some.map((row) => JSON.stringify(row)).join(',\n      ')).length;
          run.rows += some.length;
        }
        run.seconds = (performance.now() - startedAt) / 1000;
      }
      return run;
    },
  };
}
