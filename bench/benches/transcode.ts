import { alternate } from '../compare.ts';
import { type Bench, columnList } from '../context.ts';
import { compareRuns, describeRuns } from '../report.ts';

/** Rows that both sides hold in memory; as objects they take some ten times as much. */
const MOST_ROWS = 50_000;
const LEAST_SECONDS = 1;

/** The transcoder by itself, on one thread, against `JSON.stringify` of rows that are objects already. */
export async function runTranscode(bench: Bench): Promise<void> {
  const { options, databasePid, report } = bench;
  const url = await bench.chatUrl();
  const rows = Math.min(options.rows, MOST_ROWS);
  const sql = `select ${columnList} from messages where seq <= ${rows}`;
  const ours = await bench.side({
    name: 'transcoder',
    module: 'transcoder',
    settings: { url, rows, leastSeconds: LEAST_SECONDS },
  });
  const theirs = await bench.side({
    name: 'JSON.stringify',
    module: 'stringify',
    settings: { url, sql, leastSeconds: LEAST_SECONDS },
  });
  const runs = await alternate(databasePid, [ours, theirs], { pairs: options.pairs });
  const facts = { bench: 'transcode', rival: theirs.name, unit: 'MB/s of JSON', rows };
  report({
    ...compareRuns(facts, runs, ({ bytes, seconds }) => bytes / seconds / 1e6),
    notes: [describeRuns(ours.name, runs.ours), describeRuns(theirs.name, runs.theirs)],
  });
}
