import { cpuSeconds, watchPeak } from './meter.ts';
import type { Side } from './side-process.ts';

/** What a side says of one run. */
export interface Run {
  seconds: number;
  rows: number;
  /** Written or received. */
  bytes: number;
}

export interface Measured extends Run {
  /** Of the side's process and its children. */
  cpuSeconds: number;
  /** Of the whole database server. */
  databaseCpuSeconds: number;
  /** Highest resident memory of the side's process and its children during the run. */
  peakBytes: number;
}

/** Runs two sides in alternation, A B A B …, after one run of each that is not counted. */
export async function alternate(
  databasePid: number,
  [ours, theirs]: [Side, Side],
  { pairs, args = () => undefined }: { pairs: number; args?: (side: Side, run: number) => unknown },
): Promise<{ ours: Measured[]; theirs: Measured[] }> {
  const measured = { ours: [] as Measured[], theirs: [] as Measured[] };
  for (let run = 0; run <= pairs; run++) {
    const a = await measure(databasePid, ours, args(ours, run));
    const b = await measure(databasePid, theirs, args(theirs, run));
    if (run === 0) continue;
    measured.ours.push(a);
    measured.theirs.push(b);
  }
  return measured;
}

async function measure(databasePid: number, side: Side, args: unknown): Promise<Measured> {
  const peak = watchPeak(side.pid);
  const before = { side: cpuSeconds(side.pid), database: cpuSeconds(databasePid) };
  const run = await side.call<Run>('run', args).catch((error) => {
    peak.stop();
    throw error;
  });
  return {
    ...run,
    cpuSeconds: cpuSeconds(side.pid) - before.side,
    databaseCpuSeconds: cpuSeconds(databasePid) - before.database,
    peakBytes: peak.stop(),
  };
}

/** Of no numbers, NaN. */
export function median(numbers: number[]): number {
  return quantile(numbers, 0.5);
}

/** By linear interpolation between the two nearest. */
export function quantile(numbers: number[], fraction: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
