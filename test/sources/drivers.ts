import { citext } from '@electric-sql/pglite/contrib/citext';
import { hstore } from '@electric-sql/pglite/contrib/hstore';
import pg from 'pg';
import { openPgliteSource } from '../../src/sources/pglite/source.ts';
import { openPostgresSource, type PostgresSourceOptions } from '../../src/sources/postgres/source.ts';
import type { Source } from '../../src/sources/source.ts';
import { createPglite } from '../support/pglite.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** A product's database under test: the source that reads it, and the product itself, which writes. */
export interface Product {
  source: Source;
  /** Runs statements as the product does. */
  run(sql: string): Promise<void>;
  /** The first column of the rows of one statement, as text. */
  ask(sql: string): Promise<(string | null)[]>;
}

export const drivers: Record<string, () => Promise<Product>> = {
  async postgres() {
    const url = await (await sharedPostgres()).createDatabase();
    return postgresProduct(url);
  },

  async pglite() {
    const pglite = await createPglite({ extensions: { citext, hstore } });
    const source = await openPgliteSource({ pglite });
    opened.add(pglite);
    opened.add(source);
    return {
      source,
      async run(sql) {
        await pglite.exec(sql);
      },
      async ask(sql) {
        const { rows } = await pglite.query<(string | null)[]>(sql, [], { rowMode: 'array' });
        return rows.map(([first]) => first ?? null);
      },
    };
  },
};

/** {@link closeAll} closes it, also when the test that opened it failed. */
export async function postgresProduct(url: string): Promise<Product & { url: string }> {
  const client = new pg.Client({ connectionString: url });
  opened.add({ close: () => client.end() });
  await client.connect();
  const source = sourceAt(url);
  return {
    url,
    source,
    async run(sql) {
      await client.query(sql);
    },
    async ask(sql) {
      const { rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
      return rows.map(([first]) => first ?? null);
    },
  };
}

export function sourceAt(url: string, options: Partial<PostgresSourceOptions> = {}): Source {
  const source = openPostgresSource({
    url,
    maxConnections: 3,
    statementTimeoutMs: 60_000,
    maxSnapshotMs: 600_000,
    ...options,
  });
  opened.add(source);
  return source;
}

/** What the tests of a file have left open would keep its process from ending. */
export async function closeAll(): Promise<void> {
  for (const one of [...opened].reverse()) await one.close();
}

const opened = new Set<{ close(): Promise<void> }>();
