import { type Measured, median, quantile } from './compare.ts';

/** One line of what came out. */
export interface Result {
  bench: string;
  rival: string;
  /** Ours over theirs, in the unit; of times too, so below 1 is then better. */
  ratio: number;
  ours: number;
  theirs: number;
  unit: string;
  /** Runs of each side that were counted. */
  runs: number;
  rows: number;
  /** More to know, for people: one line each. */
  notes?: string[];
}

/** A number has to be measurable on both sides: `value` picks it from a run, and the medians are compared. */
export function compareRuns(
  { bench, rival, unit, rows }: Pick<Result, 'bench' | 'rival' | 'unit' | 'rows'>,
  runs: { ours: Measured[]; theirs: Measured[] },
  value: (run: Measured) => number,
): Result {
  const ours = median(runs.ours.map(value));
  const theirs = median(runs.theirs.map(value));
  return { bench, rival, ratio: ours / theirs, ours, theirs, unit, runs: runs.ours.length, rows };
}

/** What a side used, as medians, and how far its runs lay apart. */
export function describeRuns(name: string, runs: Measured[]): string {
  const of = (value: (run: Measured) => number) => median(runs.map(value));
  const seconds = runs.map((run) => run.seconds);
  return [
    `${name}: ${of((run) => run.seconds).toFixed(2)} s`,
    `(${quantile(seconds, 0).toFixed(2)}–${quantile(seconds, 1).toFixed(2)})`,
    `${(of((run) => run.bytes / run.seconds) / 1e6).toFixed(1)} MB/s,`,
    `CPU ${of((run) => run.cpuSeconds).toFixed(2)} s,`,
    `database CPU ${of((run) => run.databaseCpuSeconds).toFixed(2)} s,`,
    `peak ${(of((run) => run.peakBytes) / 2 ** 20).toFixed(0)} MiB`,
  ].join(' ');
}

export function printResult(result: Result, asJson: boolean): void {
  const { bench, rival, ratio, ours, theirs, unit, runs, rows, notes = [] } = result;
  if (asJson) {
    console.log(JSON.stringify({ bench, rival, ratio, ours, theirs, unit, runs, rows }));
    return;
  }
  console.log(
    `${bench} vs ${rival}: ${short(ratio)}× (${short(ours)} : ${short(theirs)} ${unit}; medians of ${runs}, ${rows} rows)`,
  );
  for (const note of notes) console.log(`    ${note}`);
}

/** What could not be compared is said aloud, not left out. */
export function printSkipped(skipped: { bench: string; rival: string; reason: string }, asJson: boolean) {
  const { bench, rival, reason } = skipped;
  if (asJson) console.log(JSON.stringify({ bench, rival, skipped: reason }));
  else console.log(`${bench} vs ${rival}: NOT RUN: ${reason}`);
}

function short(number: number): string {
  if (!Number.isFinite(number)) return String(number);
  return Math.abs(number) >= 100 ? Math.round(number).toLocaleString('en') : number.toPrecision(3);
}
