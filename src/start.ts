import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createLayoutCache } from './archive/layout-cache.ts';
import { openBuilder } from './builder/builder.ts';
import { loadConfig } from './config/load.ts';
import type { ResolvedConfig } from './config/resolved.ts';
import { lockDataFolder } from './data-folder.ts';
import { type Database, onceItAccepts, openPglite, openPostgres, stateRefusal } from './database.ts';
import { type Environment, isLoopback, localAddress } from './env.ts';
import { HandoverError } from './errors.ts';
import { buildServer } from './http/server.ts';
import { checkInstallationKey } from './lifecycle/installation-table.ts';
import { createMailbox } from './mail/mailbox.ts';
import { createMailer, type Mailer } from './mail/mailer.ts';
import { createMissingMailer } from './mail/missing-mailer.ts';
import { migrate } from './migrate.ts';
import { openTraces } from './open-traces.ts';
import { openOpener } from './opener/opener.ts';
import { startQueue } from './queue.ts';
import { createRush, type Rush } from './rush.ts';
import type { Parts } from './steps/parts.ts';
import { readInstallationKey } from './vault/installation-key.ts';
import { openStore, type StoreSettings } from './vault/open-store.ts';
import { openVault } from './vault/open-vault.ts';
import { readStoreUrl } from './vault/s3-settings.ts';
import type { Vault } from './vault/vault.ts';
import { type RunningWorker, startWorker } from './worker.ts';

/** A running Handover, as much of it as was asked for. */
export interface Handover {
  parts: Parts;
  /** Where it answers; null for a worker alone. */
  address: string | null;
  /** Finishes or hands back what runs, within `graceMs`, and closes everything. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  log: Logger;
  /** Which of its two halves run in this process. */
  roles: { http: boolean; worker: boolean };
  /** Of the config named by the environment, when it was loaded before. */
  config?: ResolvedConfig;
  /** The clock. Default: the machine's. */
  now?: () => Date;
}

/** How long a stop waits for running work, in milliseconds. Orchestrators give 30 s before they kill. */
export const GRACE_MS = 20_000;

/** Most connections of one process to the state database, besides those of the queue. */
const STATE_CONNECTIONS = 10;

/** Builds every part, once, from environment and config, and starts the halves asked for. */
export async function startHandover(env: Environment, options: StartOptions): Promise<Handover> {
  const { log } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error) => log.warn({ err: error }, 'something did not close'));
    }
  };
  try {
    const port = await choosePort(env);
    const parts = await buildParts(env, options, port, closers);
    const rush = options.roles.http ? createRush() : null;
    const server = rush && (await listen(env, parts, { port, rush }, closers));
    const worker = options.roles.worker ? await startWorker(parts, rush) : null;
    let stopping: Promise<void> | null = null;
    return {
      parts,
      address: server && parts.publicUrl,
      stop(graceMs = GRACE_MS) {
        stopping ??= stop({ server, worker, parts, close }, graceMs);
        return stopping;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The state database of an environment, and the migrations that opening it ran: what short commands need. */
export async function openState(env: Environment): Promise<{ db: Database; migrated: string[] }> {
  const release = env.databaseUrl === null ? await lockDataFolder(env.dataDir) : null;
  try {
    const db =
      env.databaseUrl === null
        ? await openEmbedded(join(env.dataDir, 'state'))
        : openPostgres({ url: env.databaseUrl, maxConnections: STATE_CONNECTIONS });
    const migrated = await onceItAccepts(() => migrate(db));
    const close = async () => {
      await db.close();
      await release?.();
    };
    return { db: { ...db, close }, migrated };
  } catch (error) {
    await release?.();
    throw (env.databaseUrl !== null && stateRefusal(error)) || error;
  }
}

/** PGlite itself makes its files readable for everybody; the folder around them is not. */
async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return openPglite(folder);
}

/** The vault of an environment; makes the installation key if there is none. */
export async function openVaultOf(env: Environment): Promise<{ vault: Vault; madeKeyAt: string | null }> {
  const { key, path, isNew } = await readInstallationKey({
    value: env.installationKey ?? undefined,
    dataDir: env.dataDir,
  });
  const vault = openVault({ key, store: await openStore(storeSettingsOf(env)) });
  return { vault, madeKeyAt: isNew ? path : null };
}

function storeSettingsOf({ dataDir, storeUrl, awsCredentials, awsRegion }: Environment): StoreSettings {
  if (storeUrl === null) return { type: 'folder', folder: join(dataDir, 'store') };
  return { type: 's3', ...readStoreUrl(storeUrl, { credentials: awsCredentials, region: awsRegion }) };
}

async function buildParts(
  env: Environment,
  options: StartOptions,
  port: number,
  closers: (() => Promise<unknown>)[],
): Promise<Parts> {
  const { log, now = () => new Date() } = options;
  const config = options.config ?? (await loadConfig(env.configPath));
  const { db } = await openState(env);
  closers.push(() => db.close());
  const { vault, madeKeyAt } = await openVaultOf(env);
  await checkInstallationKey(db, vault);
  if (madeKeyAt) {
    log.warn(
      { path: madeKeyAt },
      'made the installation key: back it up, without it no archive can be opened',
    );
  }

  const traces = env.tracing && (await openTraces(env.tracing));
  closers.push(async () => traces?.tracing.close());
  const plainQueue = await startQueue(db, env.databaseUrl, (error) =>
    log.error({ err: error }, 'queue fault'),
  );
  closers.push(() => plainQueue.stop(1));
  const queue = traces?.queue(plainQueue) ?? plainQueue;
  const { tracing: tracingSettings } = env;
  const plainBuilder = openBuilder(
    { config, store: storeSettingsOf(env), tracing: tracingSettings },
    availableParallelism(),
  );
  closers.push(() => plainBuilder.close());
  const builder = traces?.builder(plainBuilder) ?? plainBuilder;
  const opener = openOpener({ store: storeSettingsOf(env) }, availableParallelism());
  closers.push(() => opener.close());

  const publicUrl = env.publicUrl ?? localAddress(env.host, port);
  const mailbox = env.smtpUrl === null && isLocal(env, publicUrl) ? createMailbox({ db, vault, now }) : null;
  if (env.smtpUrl === null && !mailbox)
    log.error('SMTP_URL is not set: no mail can leave, and people wait for theirs');
  const mailer = mailbox ?? openMailer(env, publicUrl, config.product.name);
  closers.push(() => mailer.close());
  const { presetKey } = env;
  const tracing = traces?.tracing ?? null;
  return {
    config,
    db,
    queue,
    vault,
    builder,
    opener,
    layouts: createLayoutCache(),
    mailer,
    mailbox,
    log,
    now,
    publicUrl,
    presetKey,
    tracing,
  };
}

function openMailer(env: Environment, publicUrl: string, senderName: string): Mailer {
  if (env.smtpUrl === null) return createMissingMailer();
  return createMailer({ smtpUrl: env.smtpUrl, from: env.mailFrom, publicUrl, senderName });
}

/** The local mailbox shows every link that was ever mailed: it is for an installation that only this machine reaches. */
function isLocal({ host }: Environment, publicUrl: string): boolean {
  return isLoopback(host) && isLoopback(new URL(publicUrl).hostname);
}

async function listen(
  env: Environment,
  parts: Parts,
  { port, rush }: { port: number; rush: Rush },
  closers: (() => Promise<unknown>)[],
): Promise<FastifyInstance> {
  const { tracing } = parts;
  const requests = tracing && (await import('./tracing/trace-requests.ts'));
  const server = await buildServer(parts, {
    trustProxy: env.trustProxy,
    metricsToken: env.metricsToken,
    showMailbox: parts.mailbox !== null,
    rush,
    ...(tracing && { prepare: (app) => requests?.traceRequests(app, tracing) }),
  });
  closers.push(() => server.close());
  await server.listen({ host: env.host, port }).catch((error) => refuseAddress(env.host, port, error));
  return server;
}

async function stop(
  running: {
    server: FastifyInstance | null;
    worker: RunningWorker | null;
    parts: Parts;
    close: () => Promise<void>;
  },
  graceMs: number,
): Promise<void> {
  await Promise.allSettled([running.server?.close(), running.worker?.stop(graceMs)]);
  await running.close();
}

/** `PORT`, or a free one for 0: links must name it before the server listens. */
async function choosePort({ host, port }: Environment): Promise<number> {
  if (port !== 0) return port;
  const probe = createServer().listen(0, host);
  await once(probe, 'listening').catch((error) => refuseAddress(host, port, error));
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return address && typeof address === 'object' ? address.port : port;
}

/** Throws `environment_invalid` where nobody can listen at this address; any other error as it is. */
function refuseAddress(host: string, port: number, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  const problem =
    code === 'EADDRINUSE'
      ? `PORT: ${host}:${port} is taken by another process. Stop that one, or set another, e.g. PORT=${port - 1}`
      : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
        ? `HOST: this machine has no address ${host}. Expected one of its own, e.g. HOST=127.0.0.1`
        : code === 'EACCES'
          ? `PORT: this user may not listen on port ${port}. Expected one above 1023, e.g. PORT=4600`
          : null;
  throw problem === null ? cause : new HandoverError('environment_invalid', problem, { cause });
}
