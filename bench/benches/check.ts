import { join } from 'node:path';
import { alternate } from '../compare.ts';
import { configOf, writeConfig } from '../configs.ts';
import type { Bench } from '../context.ts';
import { query } from '../postgres.ts';
import { compareRuns, describeRuns } from '../report.ts';

const TABLES = 300;
const COLUMNS = 20;
/** So many tables hang on one of another before them, and on the account through it. */
const NESTED_EVERY = 3;

/**
 * What a check costs in each run of a product's CI: 300 tables of 20 columns, all of them categories, a third of them
 * through another table, on a database that is as empty as one that was just migrated.
 */
export async function runCheck(bench: Bench): Promise<void> {
  const { options, databasePid, report } = bench;
  const url = await bench.postgres.server.createDatabase();
  await query(url, makeTables());
  const path = join(bench.folder, 'check.config.json');
  const configPath = await writeConfig(path, configOf(url, { account: kind() }));
  const side = (name: string, catalogOnly: boolean) =>
    bench.side({ name, module: 'checker', settings: { configPath, catalogOnly } });
  const ours = await side('handover check', false);
  const theirs = await side('the catalogs alone', true);
  const runs = await alternate(databasePid, [ours, theirs], { pairs: options.pairs });
  report({
    ...compareRuns(
      { bench: 'check', rival: theirs.name, unit: 's', rows: TABLES },
      runs,
      ({ seconds }) => seconds,
    ),
    notes: [describeRuns(ours.name, runs.ours), describeRuns(theirs.name, runs.theirs)],
  });
}

function makeTables(): string {
  const columns = Array.from({ length: COLUMNS }, (_, index) => `field_${index} text`).join(', ');
  const tables = Array.from({ length: TABLES - 1 }, (_, index) => {
    const parent = parentOf(index);
    return parent === null
      ? `create table records_${index} (id bigint primary key, account_id bigint references accounts, ${columns});
         create index on records_${index} (account_id);`
      : `create table records_${index} (id bigint primary key, record_id bigint references ${parent}, ${columns});
         create index on records_${index} (record_id);`;
  });
  return `create table accounts (id bigint primary key); ${tables.join('')}`;
}

function parentOf(index: number): string | null {
  return index > 0 && index % NESTED_EVERY === 0 ? `records_${index - 1}` : null;
}

function kind() {
  const fields = Array.from({ length: COLUMNS }, (_, index) => `field_${index}`);
  const categories = Array.from({ length: TABLES - 1 }, (_, index) => {
    const parent = parentOf(index);
    const belongsTo =
      parent === null
        ? 'account_id'
        : { column: 'account_id', through: [{ table: parent, on: { record_id: 'id' } }] };
    const column = parent === null ? 'account_id' : 'record_id';
    return [`records${index}`, { from: `records_${index}`, belongsTo, include: ['id', column, ...fields] }];
  });
  return {
    subject: { table: 'accounts', column: 'id' },
    categories: Object.fromEntries([
      ['account', { from: 'accounts', belongsTo: 'id', include: ['id'] }],
      ...categories,
    ]),
  };
}
