import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { alternate, type Measured } from '../compare.ts';
import { type Bench, columnList, startOurs } from '../context.ts';
import { compareRuns, describeRuns } from '../report.ts';
import type { Side, SideOptions } from '../side-process.ts';

/**
 * One large table to a sealed, hashed archive, against the ways there are without Handover. The rivals read all
 * rows without a condition and in no order, which is in their favour: ours reads by owner, in the order of the key.
 */
export async function runExport(bench: Bench): Promise<void> {
  const { options, databasePid } = bench;
  const { url, ours } = await startOurs(bench);
  const hasPsql = spawnSync('psql', ['--version']).status === 0;

  for (const rival of rivals(url, bench.folder, options.rows)) {
    if (rival.module === 'psql' && !hasPsql) {
      bench.skip('export', rival.name, 'there is no psql on PATH, and the embedded server ships none');
      continue;
    }
    const theirs = await bench.side(rival);
    const runs = await alternate(databasePid, [ours, theirs], { pairs: options.pairs });
    await theirs.stop();
    reportPair(bench, [ours, theirs], runs);
  }
}

function reportPair(
  { options, report }: Bench,
  [ours, theirs]: [Side, Side],
  runs: { ours: Measured[]; theirs: Measured[] },
): void {
  const incomplete = [...runs.ours, ...runs.theirs].find(({ rows }) => rows !== options.rows);
  if (incomplete) throw new Error(`A run exported ${incomplete.rows} of ${options.rows} rows.`);
  const facts = { rival: theirs.name, rows: options.rows };
  report({
    ...compareRuns(
      { ...facts, bench: 'export', unit: 'rows/s' },
      runs,
      ({ rows, seconds }) => rows / seconds,
    ),
    notes: [describeRuns(ours.name, runs.ours), describeRuns(theirs.name, runs.theirs)],
  });
  report(
    compareRuns({ ...facts, bench: 'export.database-cpu', unit: 's' }, runs, (run) => run.databaseCpuSeconds),
  );
}

function rivals(url: string, folder: string, rows: number): Omit<SideOptions, 'profileFolder'>[] {
  const json = (where = '') =>
    `copy (select row_to_json(t) from (select ${columnList} from messages ${where}) t) to stdout`;
  const middle = Math.floor(rows / 2);
  const file = { url, path: join(folder, 'psql.out'), rows };
  const storeFolder = join(folder, 'store');
  return [
    { name: 'psql row_to_json', module: 'psql', settings: { ...file, sql: json() } },
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
