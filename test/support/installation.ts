import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Policy } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Environment, readEnvironment } from '../../src/env.ts';
import type { DataExport, Requester, Status } from '../../src/lifecycle/data-export.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { createLogger } from '../../src/log.ts';
import type { MailboxEntry } from '../../src/mail/mailbox.ts';
import { type Handover, startHandover } from '../../src/start.ts';
import type { Parts } from '../../src/steps/parts.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { copyNewState } from './pglite.ts';
import { sharedPostgres } from './postgres.ts';

/** A running Handover with a small product behind it: real database, real queue, real threads, a clock moved by hand. */
export interface Installation {
  handover: Handover;
  parts: Parts;
  env: Environment;
  dataDir: string;
  /** What was logged so far. */
  logged(): string;
  clock: Clock;
  /** The product's own database. */
  product: pg.Pool;
  /** Asks for an export of `acme`, as its owner. */
  request(subject?: string): Promise<DataExport>;
  /** Waits until an export has a status. */
  until(id: string, status: Status): Promise<DataExport>;
  /** Waits for the newest mail that holds a link of a purpose. */
  mail(purpose: 'confirm' | 'download'): Promise<MailboxEntry & { token: string }>;
}

export interface Clock {
  now: Date;
  advance(span: { hours?: number; minutes?: number; seconds?: number }): void;
}

export interface InstallationOptions {
  state?: 'postgres' | 'pglite';
  policy?: Partial<Policy>;
  roles?: { http: boolean; worker: boolean };
  env?: Record<string, string>;
  /** What the category `notes` reads. Default: the table of that name. */
  notes?: string;
  /** Which of them leave. Default: all. */
  notesWhere?: string;
  /** Most connections to the source. Default: the config's. */
  maxConnections?: number;
  /** More of the source in the config, such as another address. */
  source?: Record<string, unknown>;
}

export const owner: Requester = {
  id: 'u_1',
  email: 'owner@acme.example',
  name: 'Olga Owner',
  language: 'en',
};

/** Longest wait for something that happens by itself, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Starts one; all of it is gone after the test. */
export async function startInstallation(
  t: TestContext,
  options: InstallationOptions = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-test-'));
  const postgres = await sharedPostgres();
  const productUrl = await postgres.createDatabase();
  const product = new pg.Pool({ connectionString: productUrl, max: 2 });
  await product.query(productSchema);

  const configPath = join(folder, 'handover.config.json');
  await writeFile(configPath, JSON.stringify(productConfig(productUrl, options)));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  if (options.state !== 'postgres') await copyNewState(join(dataDir, 'state'));
  const env = readEnvironment({
    PORT: '0',
    HANDOVER_CONFIG: configPath,
    HANDOVER_DATA_DIR: dataDir,
    ...(options.state === 'postgres' && { DATABASE_URL: await postgres.createDatabase() }),
    ...options.env,
  });
  const installation = await startAt(t, env, product, options);
  // After the installation has stopped: hooks run in the order in which they were registered.
  t.after(async () => {
    await product.end();
    await rm(folder, { recursive: true, force: true });
  });
  return installation;
}

/** Starts Handover again on what another installation left behind. */
export async function startAgain(
  t: TestContext,
  before: Pick<Installation, 'env' | 'product' | 'clock'>,
  options: InstallationOptions = {},
): Promise<Installation> {
  return startAt(t, before.env, before.product, options, before.clock);
}

async function startAt(
  t: TestContext,
  env: Environment,
  product: pg.Pool,
  options: InstallationOptions,
  clock: Clock = createClock(),
): Promise<Installation> {
  const log = captureLog();
  const handover = await startHandover(env, {
    log: createLogger({ level: 'debug', destination: log }),
    roles: options.roles ?? { http: false, worker: true },
    config: await loadConfig(env.configPath),
    now: () => new Date(clock.now),
  });
  t.after(() => handover.stop(0));
  const { parts } = handover;
  return {
    handover,
    parts,
    env,
    dataDir: env.dataDir,
    logged: log.text,
    clock,
    product,
    request: (subject = 'acme') =>
      requestExport(parts, { kind: 'account', subjectId: subject, requester: owner, actor: 'user:u_1' }),
    until: (id, status) =>
      waitFor(`${id} to be ${status}`, async () => {
        const data = await findExport(parts.db, id);
        return data?.status === status ? data : null;
      }),
    mail: (purpose) =>
      waitFor(`a ${purpose} mail`, async () => {
        for (const mail of (await parts.mailbox?.list()) ?? []) {
          const token = linkToken(mail.text, purpose);
          if (token) return { ...mail, token };
        }
        return null;
      }),
  };
}

/** The token of the first link of a purpose in a text; null when there is none. */
export function linkToken(text: string, purpose: 'confirm' | 'download'): string | null {
  return new RegExp(`/${purpose}/([\\w-]{43})`).exec(text)?.[1] ?? null;
}

/** Looks until there is something to see, with pauses. Throws after a minute. */
export async function waitFor<T>(what: string, look: () => Promise<T | null>, pauseMs = 50): Promise<T> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (performance.now() < endsAt) {
    const seen = await look();
    if (seen !== null) return seen;
    await sleep(pauseMs);
  }
  throw new Error(`Waited a minute for ${what} in vain.`);
}

function createClock(): Clock {
  const clock: Clock = {
    now: new Date('2026-03-01T10:00:00Z'),
    advance({ hours = 0, minutes = 0, seconds = 0 }) {
      clock.now = new Date(clock.now.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000);
    },
  };
  return clock;
}

function captureLog(): Writable & { text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() });
}

const productSchema = `
  create table accounts (id text primary key, name text not null, api_token text not null);
  create table notes (
    id int primary key, account_id text not null references accounts, body text, settings jsonb, secret text
  );
  create index on notes (account_id, id);
  insert into accounts values
    ('acme', 'Acme', 'CANARY_acme_token'), ('other', 'Other', 'CANARY_other_token'), ('empty', 'Empty', 'CANARY_empty');
  insert into notes
    select n, case when n % 3 = 0 then 'other' else 'acme' end, 'note ' || n || E' "quoted"\\n🎉',
      jsonb_build_object('colour', 'red', 'token', 'CANARY_json_' || n), 'CANARY_note_' || n
    from generate_series(1, 300) n;`;

function productConfig(url: string, options: InstallationOptions) {
  const { policy = {}, notes = 'notes', notesWhere, maxConnections, source } = options;
  return {
    product: { name: 'Testware', accentColor: '#0b7285' },
    sources: { main: { type: 'postgres', url, maxConnections, ...source } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        policy,
        categories: {
          account: {
            from: 'accounts',
            belongsTo: 'id',
            include: ['id', 'name'],
            exclude: { api_token: 'secret' },
          },
          notes: {
            from: notes,
            ...(notesWhere && { where: notesWhere, whereReason: 'Drafts stay.' }),
            belongsTo: 'account_id',
            include: ['id', 'account_id', 'body', 'settings'],
            exclude: { secret: 'secret', 'settings.token': 'secret' },
          },
        },
      },
    },
  };
}
