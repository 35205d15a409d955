/**
 * Measures Handover beside what else there is, in alternation.
 *
 *   npm run bench                                  all of them
 *   npm run bench -- export download               some
 *   npm run bench -- export --rows 2000000 --pairs 7 --json
 *   npm run bench -- export --profile profiles     also where the time goes
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { serverUser, temporaryFolder } from '../test/support/postgres-user.ts';
import { runApi } from './benches/api.ts';
import { runBurst } from './benches/burst.ts';
import { runCheck } from './benches/check.ts';
import { runDownload } from './benches/download.ts';
import { runExport, runExportCalls } from './benches/export.ts';
import { runMemory } from './benches/memory.ts';
import { runSmallExports } from './benches/small-exports.ts';
import { runTranscode } from './benches/transcode.ts';
import { runWorkers } from './benches/workers.ts';
import { type Bench, type BenchOptions, makeChatDatabase, type RunBench, startBenchSide } from './context.ts';
import { describeMachine, machineLine } from './machine.ts';
import { type BenchPostgres, startBenchPostgres } from './postgres.ts';
import { printProfiles } from './profile.ts';
import { printResult, printSkipped } from './report.ts';

const benches: Record<string, RunBench> = {
  transcode: runTranscode,
  export: runExport,
  'export-calls': runExportCalls,
  memory: runMemory,
  'small-exports': runSmallExports,
  download: runDownload,
  api: runApi,
  workers: runWorkers,
  check: runCheck,
  burst: runBurst,
};
const MOST_ROWS = 50_000_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '200000' },
    pairs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const options: BenchOptions = {
  rows: wholeNumber('rows', values.rows, MOST_ROWS),
  pairs: wholeNumber('pairs', values.pairs, 1000),
  profileFolder: values.profile === undefined ? null : resolve(values.profile),
};
const names = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of names)
  if (!benches[name]) fail(`There is no bench "${name}": ${Object.keys(benches).join(', ')}`);
if (process.platform !== 'linux') fail('What a process uses is read from /proc, which only Linux has.');

const stopped = new Promise<never>((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  }
});
stopped.catch(() => {});

/** What the running bench has started; undone also when it is stopped in the middle. */
const stops: (() => Promise<unknown>)[] = [];
const postgres = await startBenchPostgres();
try {
  const machine = describeMachine(postgres.version);
  console.error(machineLine(machine));
  const chatUrls = new Map<number, Promise<string>>();
  const findChat = (rows = options.rows) => {
    const made = chatUrls.get(rows) ?? makeChatDatabase(postgres, rows);
    chatUrls.set(rows, made);
    return made;
  };
  for (const name of names) {
    const run = benches[name];
    if (run) await Promise.race([runOne(run, postgres, findChat), stopped]);
  }
  if (options.profileFolder) await printProfiles(options.profileFolder);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await undo();
  await postgres.server.stop();
}
process.exit();

async function runOne(run: RunBench, postgres: BenchPostgres, chatUrl: Bench['chatUrl']): Promise<void> {
  const folder = await mkdtemp(join(temporaryFolder(serverUser()), 'handover-bench-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  if (options.profileFolder) await mkdir(options.profileFolder, { recursive: true });
  const atEnd = (stop: () => Promise<unknown>) => void stops.push(stop);
  const bench: Bench = {
    options,
    postgres,
    databasePid: postgres.server.pid ?? fail('The database has ended.'),
    folder,
    chatUrl,
    report: (result) => printResult(result, values.json),
    skip: (bench, rival, reason) => printSkipped({ bench, rival, reason }, values.json),
    side: (side) => startBenchSide({ options, atEnd }, side),
    atEnd,
  };
  await run(bench);
  await undo();
}

async function undo(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop().catch((error) => console.error(error));
}

function wholeNumber(name: string, written: string, most: number): number {
  const number = Number(written.replaceAll('_', ''));
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  return fail(`--${name}: expected a whole number from 1 to ${most}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
