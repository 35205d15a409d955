import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { findPostgres } from './postgres-binaries.ts';
import { serverUser, temporaryFolder, type User } from './postgres-user.ts';

/** A Postgres server that tests may use: their own, or one that was named by `TEST_POSTGRES_URL`. */
export interface Postgres {
  /** Of a superuser, to the database `postgres`. */
  url: string;
  /** An empty UTF-8 database; a random name unless one is given. Returns its URL. */
  createDatabase(name?: string): Promise<string>;
  /** A copy of a database that the first who asks fills, for all who use this server. Returns the copy's URL. */
  copyDatabase(name: string, fill: (db: pg.Client) => Promise<unknown>): Promise<string>;
}

/** A server of this process alone, so that a test may break it. */
export interface TestPostgres extends Postgres {
  port: number;
  dataFolder: string;
  /** Of the postmaster; null while it is down. */
  readonly pid: number | null;
  /** `SIGKILL` is a crash, `SIGQUIT` an immediate and `SIGINT` a fast shutdown. Returns when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** The same data on the same port; stops it first (fast) if it runs. */
  restart(): Promise<void>;
  /** Stops it and removes its data. Needed only to be early: it also ends with this process, however that ends. */
  stop(): Promise<void>;
}

/** One server for the whole run of `npm test`, started by `run.ts`; one of its own for a file that is run alone. */
export function sharedPostgres(): Promise<Postgres> {
  const url = process.env.TEST_POSTGRES_URL;
  shared ??= url ? Promise.resolve(postgresAt(url)) : startPostgres();
  return shared;
}

let shared: Promise<Postgres> | undefined;

export function postgresAt(url: string): Postgres {
  return {
    url,
    createDatabase: (name) => createDatabase(url, name),
    copyDatabase: (name, fill) => copyDatabase(url, name, fill),
  };
}

/**
 * A real server on a free port of the loopback interface, data in a temporary folder.
 * `settings` are lines of postgresql.conf by name. `fsync` is off: a killed server loses nothing, a power cut would.
 */
export async function startPostgres(
  options: {
    settings?: Record<string, string | number>;
    /** Makes it a streaming replica of that server, which is stopped for a moment. */
    replicaOf?: TestPostgres;
  } = {},
): Promise<TestPostgres> {
  const user = serverUser();
  const programs = await findPostgres(user);
  const folder = await mkdtemp(join(temporaryFolder(user), 'handover-test-postgres-'));
  if (user) await chown(folder, user.uid, user.gid);
  const dismissWatchdog = startWatchdog(folder, user);
  const { replicaOf } = options;
  const password = replicaOf ? new URL(replicaOf.url).password : randomBytes(16).toString('hex');
  if (replicaOf) await copyStopped(replicaOf, folder, user);
  else await initialise(programs.initdb, folder, password, user);

  const port = await freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: 100,
    ...(replicaOf && {
      primary_conninfo: `host=127.0.0.1 port=${replicaOf.port} user=postgres password=${password}`,
    }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | null = null;

  async function start() {
    const log = await open(join(folder, 'server.log'), 'a');
    server = spawn(programs.postgres, ['-D', join(folder, 'data'), ...flags], {
      ...user,
      cwd: folder,
      detached: true, // Ctrl+C ends the tests first, and the server after them
      stdio: ['ignore', log.fd, log.fd],
    });
    server.unref();
    await log.close();
    await accepting(url, server, folder);
  }

  async function kill(signal: NodeJS.Signals) {
    if (!server || hasEnded(server)) return;
    const ended = once(server, 'exit');
    server.ref();
    server.kill(signal);
    await ended;
  }

  await start();
  return {
    ...postgresAt(url),
    port,
    dataFolder: join(folder, 'data'),
    get pid() {
      return server && !hasEnded(server) ? (server.pid ?? null) : null;
    },
    kill,
    async restart() {
      await kill('SIGINT');
      await start();
    },
    async stop() {
      await kill('SIGINT');
      dismissWatchdog();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits beside us: when this process ends, however it ends, it stops the server and removes its folder. */
function startWatchdog(folder: string, user: User | null): () => void {
  const script = `read -r dismissed && exit
    server=$(head -n 1 data/postmaster.pid 2>/dev/null) && kill -INT "$server" 2>/dev/null &&
      while [ -e data/postmaster.pid ] && kill -0 "$server" 2>/dev/null; do sleep 0.1; done
    cd / && rm -rf "$0"`;
  const watchdog = spawn('/bin/sh', ['-c', script, folder], {
    ...user,
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  // A pipe to a child is a socket, which would keep this process alive.
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return () => watchdog.stdin?.end('dismissed\n');
}

/** One round of SCRAM is enough: the password is random, and lives as long as the server. */
async function initialise(initdb: string, folder: string, password: string, user: User | null) {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  await promisify(execFile)(
    initdb,
    [
      ...['--pgdata', join(folder, 'data'), '--username', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--set', 'scram_iterations=1', '--no-sync', '--no-instructions'],
      ...[
        '--encoding',
        'UTF8',
        '--locale',
        'C',
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
      ],
    ],
    { ...user, cwd: folder },
  );
  await rm(passwordFile);
}

/** There is no pg_basebackup beside the server from npm: a copy of the files of a stopped server is as good. */
async function copyStopped(primary: TestPostgres, folder: string, user: User | null): Promise<void> {
  await primary.kill('SIGINT');
  await promisify(execFile)('cp', ['-a', primary.dataFolder, join(folder, 'data')], { cwd: folder });
  await primary.restart();
  const signal = join(folder, 'data', 'standby.signal');
  await writeFile(signal, '', { mode: 0o600 });
  if (user) await chown(signal, user.uid, user.gid);
}

async function accepting(url: string, server: ChildProcess, folder: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (cause) {
      if (!hasEnded(server)) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        continue;
      }
      const log = await readFile(join(folder, 'server.log'), 'utf8');
      throw new Error(`Postgres did not start:\n${log.slice(-2_000)}`, { cause });
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function hasEnded(process: ChildProcess): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}

function createDatabase(url: string, name = randomName(), template = 'template0'): Promise<string> {
  return connected(url, async (client) => {
    const [made, from] = [name, template].map((one) => pg.escapeIdentifier(one));
    await client.query(`create database ${made} template ${from} encoding 'UTF8'`);
    return Object.assign(new URL(url), { pathname: `/${name}` }).href;
  });
}

/** Filled under another name and then renamed: what has the name is whole. One at a time fills or copies. */
function copyDatabase(url: string, name: string, fill: (db: pg.Client) => Promise<unknown>): Promise<string> {
  return connected(url, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      const filling = randomName();
      await connected(await createDatabase(url, filling), fill);
      await client.query(`alter database ${filling} rename to ${pg.escapeIdentifier(name)}`);
    }
    return createDatabase(url, randomName(), name);
  });
}

async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function randomName(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}
