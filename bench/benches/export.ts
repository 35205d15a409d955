import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { callColumns, callsOwner, makeCallsTable } from '../calls-table.ts';
import { alternate, type Measured } from '../compare.ts';
import { callsConfig, writeConfig } from '../configs.ts';
import { type Bench, columnList, startOurs } from '../context.ts';
import { compareRuns, describeRuns } from '../report.ts';
import type { Side, SideOptions } from '../side-process.ts';

/**
 * One large table to a sealed, hashed archive, against the ways there are without Handover. The rivals read all
 * rows without a condition and in no order, which is in their favour: ours reads by owner, in the order of the key.
 */
export async function runExport(bench: Bench): Promise<void> {
  const { options } = bench;
  const { url, ours } = await startOurs(bench);
  await compareAll(bench, 'export', ours, rivals(url, bench.folder, options.rows));
}

/** The same with real rows: calls of a telephone campaign, shorter ones with more columns than a message has. */
export async function runExportCalls(bench: Bench): Promise<void> {
  const { options, postgres, folder } = bench;
  const url = await postgres.server.createDatabase(`calls_${options.rows}`);
  await makeCallsTable(url, options.rows);
  const configPath = await writeConfig(join(folder, 'calls.config.json'), callsConfig(url));
  const settings = { configPath, storeFolder: join(folder, 'store'), subject: callsOwner };
  const ours = await bench.side({ name: 'handover', module: 'builder', settings });
  const columns = ['seq', ...callColumns].map((column) => `"${column}"`);
  await compareAll(bench, 'export-calls', ours, [
    psqlRowToJson(url, folder, options.rows, `select ${columns} from many_calls`),
  ]);
}

async function compareAll(bench: Bench, name: string, ours: Side, theirs: Rival[]): Promise<void> {
  const hasPsql = spawnSync('psql', ['--version']).status === 0;
  for (const rival of theirs) {
    if (rival.module === 'psql' && !hasPsql) {
      bench.skip(name, rival.name, 'there is no psql on PATH, and the embedded server ships none');
      continue;
    }
    const side = await bench.side(rival);
    const runs = await alternate(bench.databasePid, [ours, side], { pairs: bench.options.pairs });
    await side.stop();
    reportPair(bench, name, [ours, side], runs);
  }
}

type Rival = Omit<SideOptions, 'profileFolder'>;

function psqlRowToJson(url: string, folder: string, rows: number, select: string): Rival {
  const sql = `copy (select row_to_json(t) from (${select}) t) to stdout`;
  return {
    name: 'psql row_to_json',
    module: 'psql',
    settings: { url, path: join(folder, 'psql.out'), rows, sql },
  };
}

function reportPair(
  { options, report }: Bench,
  name: string,
  [ours, theirs]: [Side, Side],
  runs: { ours: Measured[]; theirs: Measured[] },
): void {
  const incomplete = [...runs.ours, ...runs.theirs].find(({ rows }) => rows !== options.rows);
  if (incomplete) throw new Error(`A run exported ${incomplete.rows} of ${options.rows} rows.`);
  const facts = { rival: theirs.name, rows: options.rows };
  report({
    ...compareRuns({ ...facts, bench: name, unit: 'rows/s' }, runs, ({ rows, seconds }) => rows / seconds),
    notes: [describeRuns(ours.name, runs.ours), describeRuns(theirs.name, runs.theirs)],
  });
  report(
    compareRuns(
      { ...facts, bench: `${name}.database-cpu`, unit: 's' },
      runs,
      (run) => run.databaseCpuSeconds,
    ),
  );
}

function rivals(url: string, folder: string, rows: number): Rival[] {
  const json = (where = '') =>
    `copy (select row_to_json(t) from (select ${columnList} from messages ${where}) t) to stdout`;
  const middle = Math.floor(rows / 2);
  const file = { url, path: join(folder, 'psql.out'), rows };
  const storeFolder = join(folder, 'store');
  return [
    psqlRowToJson(url, folder, rows, `select ${columnList} from messages`),
    {
      name: 'psql plain COPY',
      module: 'psql',
      settings: { ...file, sql: `copy (select ${columnList} from messages) to stdout` },
    },
    {
      name: 'pg-query-stream + JSON.stringify',
      module: 'query-stream',
      settings: { url, sql: `select ${columnList} from messages`, storeFolder },
    },
    {
      name: 'two ranges of row_to_json by pg-copy-streams',
      module: 'copy-streams',
      settings: {
        url,
        rows,
        ranges: [json(`where seq <= ${middle}`), json(`where seq > ${middle}`)],
        storeFolder,
      },
    },
  ];
}
