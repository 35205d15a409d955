import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { sharedPostgres } from '../support/postgres.ts';

/** A database of its own with pagila in it: partitions with foreign keys of their own, domains, enums. Returns its URL. */
export function loadPagila(): Promise<string> {
  return load(['pagila-schema', 'pagila-data'], (script) => script);
}

/** A database of its own with chinook in it. Returns its URL. */
export function loadChinook(): Promise<string> {
  // What stands above makes a database and enters it.
  return load(['chinook'], (script) => script.slice(script.indexOf('\\c chinook;') + '\\c chinook;'.length));
}

async function load(dumps: string[], cut: (script: string) => string): Promise<string> {
  const url = await (await sharedPostgres()).createDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const dump of dumps) {
      const packed = await readFile(new URL(`./data/${dump}.sql.gz`, import.meta.url));
      await runScript(client, cut(gunzipSync(packed).toString('utf8')));
    }
  } finally {
    await client.end();
  }
  return url;
}

/** As psql runs what pg_dump wrote: statements, and rows behind `COPY … FROM stdin`. */
async function runScript(client: pg.Client, script: string): Promise<void> {
  const copy = /^(COPY .* FROM stdin;)\n([\s\S]*?)^\\\.$/gm;
  let done = 0;
  for (const match of script.matchAll(copy)) {
    await client.query(script.slice(done, match.index));
    await pipeline(Readable.from([match[2] ?? '']), client.query(from(match[1] ?? '')));
    done = match.index + match[0].length;
  }
  await client.query(script.slice(done));
}
