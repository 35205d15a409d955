/**
 * What `npm test` runs: every test file, beside one Postgres for all of them.
 *
 *   npm test -- test/vault           the files of a folder, or whose path has these letters
 *   npm test -- --name cooldown      only tests whose name matches
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { startPostgres, type TestPostgres } from './postgres.ts';

/** So many files are named at the end, with their seconds: where a run that takes too long could be shortened. */
const SLOWEST = 15;

/**
 * Begun first: a long one that begins last runs alone while the other cores have nothing to do. Those that mostly wait stand
 * between those that compute.
 */
const LONGEST = [
  'test/server-door/many-at-once.test.ts',
  'test/life/sigkill.test.ts',
  'test/server-door/meshcore-users.test.ts',
  'test/server-door/sigkill.test.ts',
  'test/server-door/meshcore-channels.test.ts',
  'test/package/package.test.ts',
  'test/page/every-state.test.ts',
  'test/end-to-end/telephony.test.ts',
  'test/server-door/webhooks.test.ts',
  'test/life/explorer.test.ts',
  'test/end-to-end/browser.test.ts',
  'test/life/statuses.test.ts',
  'test/examples/voice.test.ts',
  'test/server-door/retention.test.ts',
  'test/end-to-end/demo.test.ts',
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string', multiple: true } },
});
const files = globSync('test/**/*.test.ts')
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(normalised(part))))
  .sort((one, other) => turnOf(one) - turnOf(other) || one.localeCompare(other));
if (files.length === 0) {
  console.error(`No test file matches ${positionals.join(' ')}.`);
  process.exit(1);
}

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exitCode = 1;
    stopped.abort();
  });
}

// Hundreds of processes and threads load the same sources: each strips and compiles what no other has before it.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules', '.cache', 'compiled');

let postgres: TestPostgres | null = null;
if (!process.env.TEST_POSTGRES_URL) {
  // Hundreds of databases are made and then left alone: to look after each once a minute takes several processes a second.
  postgres = await startPostgres({ settings: { autovacuum: 'off' } });
  process.env.TEST_POSTGRES_URL = postgres.url;
}
try {
  const events = run({
    files,
    concurrency: Math.max(2, availableParallelism()),
    signal: stopped.signal,
    timeout: 480_000,
    // A file that leaves a handle open would otherwise keep the whole run waiting for ever.
    execArgv: ['--test-force-exit'],
    ...(values.name && { testNamePatterns: values.name }),
  });
  for await (const line of Readable.from(withSkippedNamed(events)).compose(spec()))
    process.stdout.write(line);
} finally {
  await postgres?.stop();
}

function turnOf(file: string): number {
  const turn = LONGEST.indexOf(file);
  return turn === -1 ? LONGEST.length : turn;
}

function normalised(path: string): string {
  return path.replace(/^\.\//, '');
}

/** Passes the events on, and just above the closing counts names what was skipped, with its reason, and what was slow. */
async function* withSkippedNamed(events: ReturnType<typeof run>) {
  const skipped: string[] = [];
  const seconds = new Map<string, number>();
  for await (const event of events) {
    if (event.type === 'test:summary' && event.data.file) {
      seconds.set(relative('.', event.data.file), event.data.duration_ms / 1000);
    }
    if (event.type === 'test:fail' && !event.data.todo) process.exitCode = 1;
    if (event.type === 'test:pass' && (event.data.skip || event.data.todo)) {
      const reason = event.data.skip || event.data.todo;
      const file = relative('.', event.data.file ?? '');
      skipped.push(`${event.data.name} (${reason === true ? 'no reason given' : reason}), ${file}`);
    }
    if (event.type === 'test:diagnostic' && /^tests \d+$/.test(event.data.message)) {
      for (const message of skipped) yield diagnostic(`not run: ${message}`);
      if (seconds.size > SLOWEST) yield diagnostic(`slowest: ${slowest(seconds)}`);
    }
    yield event;
  }
}

function slowest(seconds: Map<string, number>): string {
  const sorted = [...seconds].sort(([, one], [, other]) => other - one).slice(0, SLOWEST);
  return sorted.map(([file, spent]) => `${file} ${spent.toFixed(0)} s`).join(', ');
}

function diagnostic(message: string) {
  return { type: 'test:diagnostic', data: { nesting: 0, message, level: 'warn' } };
}
