import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { checkConfig } from '../../src/check/check-config.ts';
import type { Finding, Rule } from '../../src/check/finding.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sharedPostgres } from '../support/postgres.ts';

const folder = await mkdtemp(join(tmpdir(), 'handover-check-'));
after(() => rm(folder, { recursive: true, force: true }));
let written = 0;

/** A product with one account table and calls, and the config that fits it. */
export const schema = `
  create table accounts (id int primary key, name text);
  create table calls (id int primary key, account_id int references accounts, price numeric, settings jsonb);
  create index on calls (account_id);
`;

export const account = { from: 'accounts', belongsTo: 'id', include: ['id', 'name'] };
export const calls = {
  from: 'calls',
  belongsTo: 'account_id',
  include: ['id', 'account_id', 'price', 'settings'],
};

interface Kind {
  subject?: object;
  categories?: Record<string, object>;
  leftOut?: Record<string, unknown>;
}

let database: string | undefined;

/** The database of this file's tests, with nothing in it but what these statements make. Its URL. */
export async function databaseOf(...statements: string[]): Promise<string> {
  database ??= await (await sharedPostgres()).createDatabase();
  await run(database, EMPTY, ...statements);
  return database;
}

const EMPTY = `do $$ declare name text; begin
  for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public;
end $$`;

/** Runs statements as the product's owner does. */
export async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('notice', () => {});
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Writes a config of one kind, `account`, that reads this database. Its path. */
export async function configOf(url: string, kind: Kind = {}, more: object = {}): Promise<string> {
  const path = join(folder, `config-${++written}.json`);
  const config = {
    product: { name: 'Hallomoor' },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        ...kind,
        categories: kind.categories ?? { account, calls },
      },
    },
    ...more,
  };
  await writeFile(path, JSON.stringify(config, null, 2));
  return path;
}

/** What a check finds of a config and the database of these statements. */
export async function findingsOf(statements: string | string[], kind: Kind = {}): Promise<Finding[]> {
  const url = await databaseOf(schema, ...[statements].flat());
  const { findings } = await checkConfig(await loadConfig(await configOf(url, kind)));
  return findings;
}

/** The one finding of a rule; fails if there is another, or one of another rule. */
export function only(findings: Finding[], rule: Rule): Finding {
  assert.deepEqual(
    findings.map((finding) => finding.rule),
    [rule],
    JSON.stringify(findings, null, 2),
  );
  const [finding] = findings;
  assert.ok(finding);
  return finding;
}

/** As `rule path`. */
export function brief(findings: Finding[]): string[] {
  return findings.map(({ rule, path }) => `${rule} ${path}`);
}
