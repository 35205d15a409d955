import pg from 'pg';
import { startPostgres, type TestPostgres } from '../test/support/postgres.ts';

/** A real server of this run alone, set up as one in production is: nothing is gained by what a power cut would lose. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres({ settings });
  try {
    const [row] = await query(server.url, `select current_setting('server_version') as version`);
    return { server, version: String(row?.version) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export interface BenchPostgres {
  server: TestPostgres;
  version: string;
}

const settings = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  effective_cache_size: '2GB',
  work_mem: '16MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '4GB',
  // Sixteen worker processes, each with its own connections to the state, the queue and the source.
  max_connections: 600,
  random_page_cost: 1.1,
};

/** One statement, or several without an answer, on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}
