import { setTimeout as sleep } from 'node:timers/promises';
import { workspace } from '../chat-table.ts';
import { median } from '../compare.ts';
import { twoTablesConfig } from '../configs.ts';
import type { Bench } from '../context.ts';
import { startInstallation } from '../installation.ts';
import { residentBytes, watchPeak } from '../meter.ts';

const WARM_ROWS = 1000;
const SETTLE_MS = 1500;

/**
 * Resident memory of a worker that exports a table, and its time a row, with tables of several sizes. Every run is a process
 * of its own: what one leaves behind would hide the growth of the next.
 */
export async function runMemory(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const counts = [50, 10, 1].map((share) => Math.max(WARM_ROWS, Math.floor(options.rows / share)));
  const runs = new Map(counts.map((count) => [count, [] as Seen[]]));
  for (let pair = 0; pair < options.pairs; pair++) {
    for (const count of runs.keys()) runs.get(count)?.push(await exportOnce(bench, count, pair));
  }

  const peaks = [...runs].map(([count, seen]) => ({
    count,
    peak: median(seen.map(({ peak }) => peak)) / 2 ** 20,
    above: median(seen.map(({ peak, idle }) => peak - idle)) / 2 ** 20,
    microseconds: median(seen.map(({ seconds }) => (seconds * 1e6) / count)),
  }));
  const [smallest, largest] = [peaks[0], peaks.at(-1)];
  if (!smallest || !largest) return;
  const facts = { unit: 'MiB', runs: options.pairs, rows: largest.count, ours: largest.peak };
  const notes = peaks.map(
    ({ count, peak, above, microseconds }) =>
      `${count} rows: peak ${peak.toFixed(0)} MiB, ${above.toFixed(0)} above idle, ${microseconds.toFixed(2)} µs a row`,
  );
  const idle = largest.peak - largest.above;
  report({
    ...facts,
    bench: 'memory',
    rival: `the same at ${smallest.count} rows`,
    ratio: largest.peak / smallest.peak,
    theirs: smallest.peak,
    notes,
  });
  report({
    ...facts,
    bench: 'memory.above-idle',
    rival: 'idle worker',
    ratio: largest.peak / idle,
    theirs: idle,
  });
  report({
    bench: 'memory.cost-per-row',
    rival: `the same at ${smallest.count} rows`,
    ratio: largest.microseconds / smallest.microseconds,
    ours: largest.microseconds,
    theirs: smallest.microseconds,
    unit: 'µs',
    runs: options.pairs,
    rows: largest.count,
  });
}

interface Seen {
  /** Resident bytes before, and at most during the export. */
  idle: number;
  peak: number;
  seconds: number;
}

/** A fresh worker: a small export so that its code is loaded, a pause (idle), the large one (peak). */
async function exportOnce(bench: Bench, count: number, pair: number): Promise<Seen> {
  const config = twoTablesConfig(await bench.chatUrl(count), await bench.chatUrl(WARM_ROWS));
  const { side } = await startInstallation(bench, {
    name: `worker ${count} ${pair}`,
    config,
    roles: { http: false, worker: true },
  });
  await side.call('run', { kind: 'few', subject: workspace });
  await sleep(SETTLE_MS);
  const idle = residentBytes(side.pid);
  const watching = watchPeak(side.pid);
  const { id, seconds } = await side.call<{ id: string; seconds: number }>('run', {
    kind: 'messages',
    subject: workspace,
  });
  const peak = watching.stop();
  await side.call('drop', { id });
  await side.stop();
  return { idle, peak, seconds };
}
