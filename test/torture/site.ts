import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startSmtp, type TestSmtp } from '../support/smtp.ts';
import { keepMoving, makeLedger } from './ledger.ts';

/** An installation as it stands in production, with everything in it that can be killed. */
export interface Site {
  /** What a round exports. */
  wanted: Wanted[];
  state: Server;
  source: Server;
  smtp: TestSmtp;
  dataDir: string;
  /** `serve` and two of `worker`, each started again by itself soon after it ended. */
  programs: Program[];
  /** Asks the API; throws on any answer but success, and while nobody answers. */
  call<Answer>(method: string, path: string, wanted: Wanted, body?: object): Promise<Answer>;
  /** The same, as it was sent. */
  read(path: string, wanted: Wanted): Promise<string>;
  /** Programs that ended though nobody killed them, by name. */
  fallen: string[];
  /** What the programs wrote so far. */
  logged(): string;
  stop(): Promise<void>;
}

/** `account` is all of a bank, in parts; `wallets` is little enough to be written down when it is built. */
export interface Wanted {
  bank: string;
  kind: 'account' | 'wallets';
}

export interface Server {
  postgres: TestPostgres;
  url: string;
  /** On a connection of its own, so that it works also after the server restarted. */
  query<Row extends object>(sql: string, params?: unknown[]): Promise<Row[]>;
}

export interface Program {
  name: string;
  /** Null while it is down. */
  readonly pid: number | null;
  kill(): Promise<void>;
}

const key = 'test-key';
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

/** A supervisor needs a moment to notice. */
const RESTART_MS = 500;

export async function startSite(options: { banks: number; transfers: number }): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-torture-'));
  const banks = Array.from({ length: options.banks }, (_, n) => `bank-${n}`);
  const [state, source] = [await startServer(), await startServer()];
  await makeLedger(source.url, banks, options.transfers);
  const moving = keepMoving(source.url, banks);
  const smtp = await startSmtp();
  const config = join(folder, 'handover.config.json');
  await writeFile(config, JSON.stringify(configOf(source.url)));
  const port = await freePort();
  const dataDir = join(folder, 'data');
  const env = {
    ...process.env,
    PORT: String(port),
    HANDOVER_CONFIG: config,
    HANDOVER_DATA_DIR: dataDir,
    HANDOVER_KEY: Buffer.alloc(32, 7).toString('base64'),
    HANDOVER_API_KEY: key,
    HANDOVER_API_SECRET: secret,
    SMTP_URL: smtp.url,
    LOG_LEVEL: 'info',
    DATABASE_URL: state.url,
  };
  const log: string[] = [];
  const fallen: string[] = [];
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, { bank, kind }: Wanted, body?: object) => {
    const answer = await fetch(`${url}${path}?accountId=${bank}&kind=${kind}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  const programs = [
    keepRunning('server', ['serve'], env, { log, fallen }),
    keepRunning('worker 1', ['worker'], env, { log, fallen }),
    keepRunning('worker 2', ['worker'], env, { log, fallen }),
  ];
  return {
    wanted: [
      ...banks.map((bank): Wanted => ({ bank, kind: 'account' })),
      { bank: 'bank-0', kind: 'wallets' },
    ],
    state,
    source,
    smtp,
    dataDir,
    programs,
    fallen,
    logged: () => log.join(''),
    async call<Answer>(method: string, path: string, wanted: Wanted, body?: object) {
      return JSON.parse(await ask(method, path, wanted, body)) as Answer;
    },
    read: (path, wanted) => ask('GET', path, wanted),
    async stop() {
      await Promise.all(programs.map((program) => program.end()));
      await moving.stop();
      await smtp.stop();
      await Promise.all([state.postgres.stop(), source.postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(): Promise<Server> {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase();
  return {
    postgres,
    url,
    async query<Row extends object>(sql: string, params: unknown[] = []) {
      const client = new pg.Client({ connectionString: url, application_name: 'torture' });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query<Row>(sql, params)).rows;
      } finally {
        await client.end().catch(() => {});
      }
    },
  };
}

function keepRunning(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  notes: { log: string[]; fallen: string[] },
): Program & { end(): Promise<void> } {
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
  let isOver = false;
  let child: ChildProcess | null = null;
  const start = () => {
    child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = child;
    let isRunning = false;
    const note = (chunk: unknown) => {
      notes.log.push(String(chunk));
      isRunning ||= String(chunk).includes('"msg":"handover is running"');
    };
    for (const stream of [stdout, stderr]) stream?.on('data', note);
    child.once('exit', (code, signal) => {
      child = null;
      // One that loses the state database while it starts says so and ends: that is what its supervisor is for.
      if (isRunning && signal !== 'SIGKILL')
        notes.fallen.push(`${name} ended by itself with ${code ?? signal}`);
      if (!isOver) setTimeout(() => !isOver && start(), RESTART_MS);
    });
  };
  const kill = async () => {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  start();
  return {
    name,
    get pid() {
      return child?.pid ?? null;
    },
    kill,
    async end() {
      isOver = true;
      await kill();
    },
  };
}

function configOf(url: string) {
  const of = (from: string, include: string[], exclude = {}) => ({
    from,
    belongsTo: 'bank_id',
    include,
    exclude,
  });
  const bank = { from: 'banks', belongsTo: 'id', include: ['id', 'transfers'] };
  const wallets = of('slow_wallets', ['id', 'balance'], { bank_id: 'internal' });
  const transfers = of('transfers', ['id', 'source', 'target', 'amount', 'memo'], { bank_id: 'internal' });
  const kindOf = (categories: object) => ({
    subject: { table: 'banks', column: 'id' },
    policy: { confirmByEmail: false, cooldown: '0s', rowsPerPart: 1_000 },
    categories,
  });
  return {
    product: { name: 'Testware' },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: kindOf({ bank, wallets, transfers }),
      wallets: kindOf({ wallets }),
    },
  };
}
