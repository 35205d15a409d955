import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, type Run } from '../compare.ts';
import { configOf, policy } from '../configs.ts';
import type { Bench } from '../context.ts';
import { startInstallation } from '../installation.ts';
import { cpuSeconds } from '../meter.ts';
import { query } from '../postgres.ts';
import type { Side } from '../side-process.ts';

const WORKERS = [1, 2, 4, 8, 16];
const ROWS_A_PART = 200;
/** Two seconds a part. Of shorter ones the CPU of sixteen workers would be measured, which share the cores of one machine. */
const PAUSES_A_PART = 10;
const PAUSE_MS = 200;
const PARTS_AT_ONCE = 2;
/** Four rounds of what sixteen workers build at a time. */
const MOST_PARTS = 128;
/** Often enough for exports of eight seconds and more. Each look uses the state, for which the workers wait. */
const LOOK_MS = 20;
const subject = 'a_1';

/**
 * One export over several worker processes. The source takes its time and no CPU, as one does that waits for its
 * disks: otherwise the cores of one machine would be what is measured.
 */
export async function runWorkers(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const parts = Math.min(MOST_PARTS, Math.max(1, Math.floor(options.rows / ROWS_A_PART)));
  const rows = parts * ROWS_A_PART;
  const url = await bench.postgres.server.createDatabase();
  await query(url, slowTable(rows));
  const { side, env } = await startInstallation(bench, {
    name: 'coordinator',
    config: configOf(url, { slow: kindOf(null), ...warmUps }),
    roles: { http: false, worker: false },
  });
  const runs = new Map(WORKERS.map((count) => [count, [] as number[]]));
  for (let pair = 0; pair < options.pairs; pair++) {
    for (const [count, seconds] of runs) seconds.push(await exportBy(bench, { side, env }, count));
  }

  const theirs = rows / median(runs.get(1) ?? []);
  for (const [count, seconds] of runs) {
    if (count === 1) continue;
    const ours = rows / median(seconds);
    report({
      bench: `workers.${count}`,
      rival: 'one worker',
      ratio: ours / theirs,
      ...{ ours, theirs, unit: 'rows/s', runs: options.pairs, rows },
      notes: [
        `${(ours / theirs / count).toFixed(2)} of ${count}; ${parts} parts of ${PAUSES_A_PART * PAUSE_MS} ms at least`,
        `${(rows / ours).toFixed(2)} s, one worker ${(rows / theirs).toFixed(2)} s`,
      ],
    });
  }
}

/** Seconds, with fresh processes each time, each of which has built some parts before. */
async function exportBy(
  bench: Bench,
  { side, env }: { side: Side; env: Record<string, string> },
  count: number,
): Promise<number> {
  const workers = Array.from({ length: count }, () => startWorkerProcess(env));
  const stop = () => Promise.all(workers.map(stopWorkerProcess));
  bench.atEnd(stop);
  while ((await side.call<number>('workersAlive')) < count) {
    const ended = workers.find(({ exitCode }) => exitCode !== null);
    if (ended) throw new Error(`A worker ended with ${ended.exitCode} before it was ready.`);
    await sleep(100);
  }
  await untilCalm(workers);
  await exportOnce(side, `warm_${count}`);
  const seconds = await exportOnce(side, 'slow');
  await stop();
  while ((await side.call<number>('workersAlive')) > 0) await sleep(100);
  return seconds;
}

async function exportOnce(side: Side, kind: string): Promise<number> {
  const { id, seconds } = await side.call<Run & { id: string }>('run', { kind, subject, lookMs: LOOK_MS });
  await side.call('drop', { id });
  return seconds;
}

/** Sixteen processes that start at once are busy with themselves for a while: until they are not, or long enough. */
async function untilCalm(workers: ChildProcess[]): Promise<void> {
  const used = () => workers.reduce((sum, { pid }) => sum + (pid ? cpuSeconds(pid) : 0), 0);
  for (let second = 0; second < MOST_SETTLE_SECONDS; second++) {
    const before = used();
    await sleep(1000);
    if (used() - before < CALM_CORES) return;
  }
  console.error(`  ${workers.length} workers were still busy by themselves after ${MOST_SETTLE_SECONDS} s`);
}

const CALM_CORES = 0.3;
const MOST_SETTLE_SECONDS = 30;

function startWorkerProcess(env: Record<string, string>): ChildProcess {
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
  return spawn(process.execPath, [cli, 'worker'], {
    env: { ...process.env, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function stopWorkerProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** `stable`, so that a count of the rows does not wait, while reading them does. */
function slowTable(rows: number): string {
  return `
    create table accounts (id text primary key);
    insert into accounts values ('${subject}');
    create table quick_rows (id integer primary key, account_id text not null, body text not null);
    insert into quick_rows select n, '${subject}', repeat('body of ' || n || ' ', 20) from generate_series(1, ${rows}) n;
    analyze quick_rows;
    create function pause(id integer) returns integer language plpgsql stable as $$
      begin if id % ${ROWS_A_PART / PAUSES_A_PART} = 0 then perform pg_sleep(${PAUSE_MS / 1000}); end if; return id; end $$;
    create view slow_rows as select id, account_id, body, pause(id) as waited from quick_rows;`;
}

/** All rows, or so many parts of them. */
function kindOf(parts: number | null) {
  const few = parts !== null && {
    where: `t.id <= ${parts * ROWS_A_PART}`,
    whereReason: 'A warm-up wants fewer.',
  };
  return {
    subject: { table: 'accounts', column: 'id' },
    policy: { ...policy, rowsPerPart: ROWS_A_PART },
    categories: {
      rows: {
        from: 'slow_rows',
        belongsTo: 'account_id',
        include: ['id', 'account_id', 'body', 'waited'],
        ...few,
      },
    },
  };
}

/** Two rounds of parts for what so many workers build at a time. */
const warmUps = Object.fromEntries(
  WORKERS.map((count) => [`warm_${count}`, kindOf(2 * PARTS_AT_ONCE * count)]),
);
