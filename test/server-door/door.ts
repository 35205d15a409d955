import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { SignJWT } from 'jose';
import pg from 'pg';
import { fillChatDatabase } from '../../examples/chat/fill.ts';
import example from '../../examples/chat/handover.config.ts';
import type { Config } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { readEnvironment } from '../../src/env.ts';
import { createLogger } from '../../src/log.ts';
import { type Handover, startHandover } from '../../src/start.ts';
import { type ApiKey, createApiKey, type KeySettings } from '../../src/steps/api-keys.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/installation.ts';
import { copyNewState } from '../support/pglite.ts';
import { type Postgres, sharedPostgres } from '../support/postgres.ts';

export type ChatPolicy = NonNullable<NonNullable<Config['chat']>['policy']>;
export type Key = ApiKey & { secret: string };

export interface DoorOptions {
  /** Where Handover keeps its state. Default postgres. */
  state?: 'postgres' | 'pglite';
  policy?: Partial<ChatPolicy>;
  /** Most connections to the product for exports. Default: the config's. */
  maxConnections?: number;
  /** Makes the product's database, and returns its URL. Default: one with the set of examples/chat, or an empty one to fill. */
  createProduct?: (postgres: Postgres) => Promise<string>;
  /** Fills it. */
  fill?: (product: pg.Client) => Promise<unknown>;
}

/** What an installation of the server door stands on: a chat product in a Postgres, a config, a data folder, a port. */
export interface Ground {
  env: Record<string, string>;
  url: string;
  /** The product's own database. */
  product: pg.Client;
  /** Files of exports that are stored, whole or not. */
  storedFiles(): Promise<string[]>;
  /** Has something ended before the folder it writes into is removed. */
  endFirst(end: () => Promise<unknown>): void;
}

function copyChat(postgres: Postgres): Promise<string> {
  return postgres.copyDatabase('chat', fillChatDatabase);
}

/** All of it is gone after the test. */
export async function prepare(t: TestContext, options: DoorOptions = {}): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-door-'));
  const postgres = await sharedPostgres();
  const { fill, createProduct = fill ? () => postgres.createDatabase() : copyChat } = options;
  const productUrl = await createProduct(postgres);
  const product = new pg.Client({ connectionString: productUrl });
  await product.connect();
  await fill?.(product);
  const config = join(folder, 'handover.config.json');
  await writeFile(config, JSON.stringify(configOf(productUrl, options)));
  const port = await freePort();
  const dataDir = join(folder, 'data');
  if (options.state === 'pglite') await copyNewState(join(dataDir, 'state'));
  const running: (() => Promise<unknown>)[] = [];
  // One hook for all of it: hooks run in the order in which they were registered, and this one is the first.
  t.after(async () => {
    for (const end of running) await end();
    await product.end();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    env: {
      PORT: String(port),
      HANDOVER_CONFIG: config,
      HANDOVER_DATA_DIR: dataDir,
      DATABASE_URL: options.state === 'pglite' ? '' : await postgres.createDatabase(),
    },
    url: `http://127.0.0.1:${port}`,
    product,
    async storedFiles() {
      const entries = await readdir(join(dataDir, 'store'), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    endFirst: (end) => running.push(end),
  };
}

/** Handover in this process, with a clock to move. */
export interface Door extends Ground {
  parts: Handover['parts'];
  createKey(name: string, settings?: KeySettings): Promise<Key>;
  /** Moves the clock. */
  advance(milliseconds: number): void;
  /** Everything that was logged. */
  logged(): string;
  /** Before the end of the test, to start again on the same ground. */
  stop(): Promise<void>;
}

export async function openDoor(
  t: TestContext,
  options: DoorOptions & { ground?: Ground } = {},
): Promise<Door> {
  const ground = options.ground ?? (await prepare(t, options));
  const lines: string[] = [];
  let offsetMs = 0;
  const env = readEnvironment(ground.env);
  const handover = await startHandover(env, {
    log: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
    roles: { http: true, worker: true },
    config: await loadConfig(env.configPath),
    now: () => new Date(Date.now() + offsetMs),
  });
  ground.endFirst(() => handover.stop(0));
  return {
    ...ground,
    parts: handover.parts,
    createKey: (name, settings) => createApiKey(handover.parts, name, settings),
    advance(milliseconds) {
      offsetMs += milliseconds;
    },
    logged: () => lines.join(''),
    stop: () => handover.stop(0),
  };
}

/** `handover serve` as a process of its own, that can be killed before its ground goes. Returns when it is ready. */
export async function serve(ground: Ground, args: string[] = []): Promise<{ kill(): Promise<void> }> {
  const env = { ...process.env, LOG_LEVEL: 'warn', ...ground.env };
  const child = spawn(process.execPath, [cli, 'serve', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  ground.endFirst(kill);
  await waitFor('the service to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}.`);
    const answer = await fetch(`${ground.url}/readyz`).catch(() => null);
    return answer?.ok ? true : null;
  });
  return { kill };
}

/** A command of the CLI, run to its end. Returns what it printed. */
export async function handover(ground: Ground, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...ground.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`handover ${args.join(' ')} ended with ${code}`);
  return Buffer.concat(chunks).toString();
}

const cli = new URL('../../src/cli.ts', import.meta.url).pathname;

/** Limits that no test reaches by chance, unless it is about them. */
function configOf(url: string, { policy, maxConnections }: DoorOptions): object {
  const many = 100_000;
  const rateLimits = { exportChannels: many, exportUsers: many, exportUser: many, exportStatus: many };
  return {
    ...example,
    sources: { chat: { type: 'postgres', url, ...(maxConnections && { maxConnections }) } },
    chat: { ...example.chat, policy: { rateLimits, ...policy } },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the tests are about
type Body = any;

/** The server API as a server calls it with one key. */
export interface Client {
  call(method: string, path: string, body?: object): Promise<{ status: number; body: Body }>;
  /** Asks for an export. Returns the task's id; throws unless it is started. */
  start(path: '/export_channels' | '/export/users', body: object): Promise<string>;
  /** The task as it is now. */
  task(id: string): Promise<Body>;
  /** The task when it is over, asked after with pauses. */
  whenOver(id: string, pauseMs?: number): Promise<Body>;
}

export async function clientOf(
  { url }: Ground,
  { key, secret }: Pick<Key, 'key' | 'secret'>,
): Promise<Client> {
  const token = await serverToken(secret);
  const call: Client['call'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}?api_key=${encodeURIComponent(key)}`, {
      method,
      headers: {
        authorization: token,
        'stream-auth-type': 'jwt',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const expect = async (status: number, ...args: Parameters<Client['call']>) => {
    const answer = await call(...args);
    if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const task = (id: string) => expect(200, 'GET', `/tasks/${id}`);
  return {
    call,
    task,
    start: async (path, body) => (await expect(201, 'POST', path, body)).task_id,
    whenOver: (id, pauseMs) =>
      waitFor(
        `task ${id} to be over`,
        async () => {
          const seen = await task(id);
          return seen.status === 'completed' || seen.status === 'failed' ? seen : null;
        },
        pauseMs,
      ),
  };
}

/** As the SDKs make it, by a library that is not ours. */
export function serverToken(secret: string): Promise<string> {
  return new SignJWT({ server: true })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(Buffer.from(secret));
}

/** The file behind an address, by a plain GET. */
export async function download(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.text();
}
