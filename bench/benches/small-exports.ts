import { alternate, type Measured, median } from '../compare.ts';
import { configOf, policy } from '../configs.ts';
import type { Bench } from '../context.ts';
import { startInstallation } from '../installation.ts';
import { query } from '../postgres.ts';
import { compareRuns, describeRuns } from '../report.ts';
import type { Side } from '../side-process.ts';

const CATEGORIES = 12;
const ROWS_A_SUBJECT = 200;
const BURST = 100;

/**
 * What most exports are: some rows in each of a dozen tables. Through the real queue, with the state in Postgres and
 * embedded; mails go to the local mailbox, and writing them is part of it.
 */
export async function runSmallExports(bench: Bench): Promise<void> {
  const { options, databasePid, report } = bench;
  const runsOfASide = options.pairs + 1;
  const url = await bench.postgres.server.createDatabase();
  await query(url, makeTables(runsOfASide * (BURST + 1)));
  const config = configOf(url, { burst: kind(false), alone: kind(true) });
  const roles = { http: false, worker: true };
  const { side: ours } = await startInstallation(bench, { name: 'state in Postgres', config, roles });
  const { side: theirs } = await startInstallation(bench, {
    name: 'embedded state',
    config,
    roles,
    state: 'pglite',
  });
  const sides: [Side, Side] = [ours, theirs];
  const facts = { rival: theirs.name, rows: ROWS_A_SUBJECT };

  const bursts = await alternate(databasePid, callInstead(sides, 'burst'), {
    pairs: options.pairs,
    args: (_side, run) => ({ kind: 'burst', subjects: subjects(run * BURST, BURST) }),
  });
  report({
    ...compareRuns(
      { ...facts, bench: 'small-exports', unit: 'exports/s' },
      bursts,
      ({ seconds }) => BURST / seconds,
    ),
    notes: [describeRuns(ours.name, bursts.ours), describeRuns(theirs.name, bursts.theirs)],
  });

  const alone = await alternate(databasePid, callInstead(sides, 'confirmToReady'), {
    pairs: options.pairs,
    args: (_side, run) => ({ kind: 'alone', subject: subjects(runsOfASide * BURST + run, 1)[0] }),
  });
  refuseIncomplete([...alone.ours, ...alone.theirs]);
  report({
    ...compareRuns(
      { ...facts, bench: 'small-exports.alone', unit: 'ms' },
      alone,
      ({ seconds }) => seconds * 1000,
    ),
    notes: [`CPU of the process: ${(median(alone.ours.map((run) => run.cpuSeconds)) * 1000).toFixed(0)} ms`],
  });
}

/** `alternate` calls `run`. */
function callInstead(sides: [Side, Side], name: string): [Side, Side] {
  const change = (side: Side): Side => ({ ...side, call: (_run, args) => side.call(name, args) });
  return [change(sides[0]), change(sides[1])];
}

function refuseIncomplete(runs: Measured[]): void {
  const wrong = runs.find(({ rows }) => rows !== ROWS_A_SUBJECT);
  if (wrong) throw new Error(`An export has ${wrong.rows} rows, not ${ROWS_A_SUBJECT}.`);
}

function subjects(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `a_${from + index}`);
}

function makeTables(accounts: number): string {
  const tables = Array.from({ length: CATEGORIES }, (_, index) => {
    const rows = Math.floor(ROWS_A_SUBJECT / CATEGORIES) + (index < ROWS_A_SUBJECT % CATEGORIES ? 1 : 0);
    return `
      create table records_${index} (
        id bigint primary key, account_id text not null, title text not null, details jsonb, created_at timestamptz not null);
      insert into records_${index}
        select a * ${rows} + n, 'a_' || a, 'record "' || n || '" of ' || a, jsonb_build_object('n', n, 'of', a),
          '2024-01-01T00:00:00Z'::timestamptz + n * interval '7 hours'
        from generate_series(0, ${accounts - 1}) a, generate_series(0, ${rows - 1}) n;
      create index on records_${index} (account_id, id);
      analyze records_${index};`;
  });
  return `
    create table accounts (id text primary key);
    insert into accounts select 'a_' || a from generate_series(0, ${accounts - 1}) a;
    ${tables.join('')}`;
}

function kind(confirmByEmail: boolean) {
  const categories = Array.from({ length: CATEGORIES }, (_, index) => [
    `records${index}`,
    {
      from: `records_${index}`,
      belongsTo: 'account_id',
      include: ['id', 'account_id', 'title', 'details', 'created_at'],
    },
  ]);
  return {
    subject: { table: 'accounts', column: 'id' },
    policy: { ...policy, confirmByEmail },
    categories: Object.fromEntries(categories),
  };
}
