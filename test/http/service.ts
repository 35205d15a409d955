import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { type Config, defineConfig, type Policy } from '../../src/config/define.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { readEnvironment } from '../../src/env.ts';
import { buildServer, type ServerOptions } from '../../src/http/server.ts';
import { createLogger } from '../../src/log.ts';
import { startHandover } from '../../src/start.ts';
import type { Parts } from '../../src/steps/parts.ts';
import { type Postgres, sharedPostgres } from '../support/postgres.ts';

/** A whole Handover that answers on a free port: Postgres for its state, a small product as the source. */
export interface Service {
  parts: Parts;
  server: FastifyInstance;
  /** Where it listens, without a trailing slash; `parts.publicUrl` is the same unless a test wants another. */
  url: string;
  /** Where it keeps its files. */
  folder: string;
  /** Everything that was logged. */
  logged(): string;
  /** Moves the clock. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

export const KEY = 'test-key';
export const SECRET = 'a secret of more than thirty-two bytes';
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface ServiceOptions extends Partial<ServerOptions> {
  worker?: boolean;
  publicUrl?: string;
  policy?: Partial<Policy>;
  product?: Partial<Config['product']>;
  /** Default: the one that all tests share. */
  postgres?: Postgres;
  /** How many contacts account a1 has; default {@link CONTACTS}. */
  contacts?: number;
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-http-'));
  await writeFile(join(folder, 'logo.svg'), LOGO);
  const postgres = options.postgres ?? (await sharedPostgres());
  const sourceUrl = await postgres.createDatabase();
  await fillProduct(sourceUrl, options.contacts ?? CONTACTS);
  const env = readEnvironment({
    PORT: '0',
    PUBLIC_URL: options.publicUrl,
    DATABASE_URL: await postgres.createDatabase(),
    HANDOVER_DATA_DIR: folder,
    HANDOVER_API_KEY: KEY,
    HANDOVER_API_SECRET: SECRET,
  });
  const lines: string[] = [];
  let offsetMs = 0;
  const handover = await startHandover(env, {
    log: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
    roles: { http: false, worker: options.worker ?? false },
    config: await resolveConfig(configOf(sourceUrl, options), join(folder, 'handover.config.ts')),
    now: () => new Date(Date.now() + offsetMs),
  });
  const { parts } = handover;
  const server = buildServer(parts, { trustProxy: null, showMailbox: false, ...options });
  const port = options.publicUrl === undefined ? Number(new URL(parts.publicUrl).port) : 0;
  const url = await server.listen({ host: '127.0.0.1', port });
  return {
    parts,
    server,
    url,
    folder,
    logged: () => lines.join(''),
    advance(milliseconds) {
      offsetMs += milliseconds;
    },
    async stop() {
      await server.close();
      await handover.stop(5000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The Authorization header of the preset key. */
export function basic(key = KEY, secret = SECRET): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` };
}

/** Signs a browser in for an account, as the product's server would. Returns what it sends with each call. */
export async function signIn(
  service: Service,
  account = 'a1',
  more: Record<string, unknown> = {},
): Promise<{ cookie: string; 'sec-fetch-site': string }> {
  const opened = await fetch(`${service.url}/v1/portal-sessions`, {
    method: 'POST',
    headers: { ...basic(), 'content-type': 'application/json' },
    body: JSON.stringify({ accountId: account, user: { id: 'u1', email: 'owner@example.com' }, ...more }),
  });
  const { url } = (await opened.json()) as { url: string };
  const entered = await fetch(`${service.url}${new URL(url).pathname}`, { redirect: 'manual' });
  const [cookie = ''] = entered.headers.get('set-cookie')?.split(';') ?? [];
  return { cookie, 'sec-fetch-site': 'same-origin' };
}

/** An export of an account, asked for by a server and confirmed by its mail; ready. Needs a worker. */
export async function completeExport(service: Service, account = 'a1'): Promise<{ id: string }> {
  const { body } = await call(service, 'POST', `/v1/exports?accountId=${account}`, basic(), {
    user: { id: 'u1', email: `${account}@example.com` },
  });
  await fetch(await mailedLink(service, 'confirm', account), { method: 'POST' });
  await until(async () => {
    const { body: view } = await call(service, 'GET', `/v1/exports/${body.id}?accountId=${account}`, basic());
    return view.status === 'completed';
  });
  return body;
}

/** The newest link of a kind in the mails to `<account>@example.com`; waits until one has arrived. Needs a worker. */
export async function mailedLink(
  service: Service,
  kind: 'confirm' | 'download',
  account: string,
): Promise<string> {
  let path = '';
  await until(async () => {
    const mails = (await service.parts.mailbox?.list()) ?? [];
    const links = mails
      .filter(({ to }) => to === `${account}@example.com`)
      .flatMap(({ text }) => text.match(new RegExp(`/${kind}/[\\w-]+`)) ?? []);
    path = links[0] ?? '';
    return path !== '';
  });
  return service.url + path;
}

/** Waits until something is so; the runner's own limit bounds it. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the tests are about
  body: any;
}

/** A call as JSON: the body of the answer parsed, or its text. */
export async function call(
  service: Service,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(service.url + path, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
}

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>';

/** Contacts of account a1: enough for an archive of several sealed chunks. */
export const CONTACTS = 3000;

async function fillProduct(url: string, contacts: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create table accounts (id text primary key, name text not null, billing_key text);
      create table contacts (id int primary key, account_id text references accounts, name text, note text);
      create table audit (id int primary key, account_id text);
      insert into accounts values ('a1', 'First', 'CANARY_1'), ('a2', 'Second', 'CANARY_2');
      insert into contacts select n, 'a1', 'Contact ' || n, repeat(md5(n::text), 3) from generate_series(1, ${contacts}) n;
    `);
  } finally {
    await client.end();
  }
}

function configOf(url: string, { policy, product }: ServiceOptions): Config {
  return defineConfig({
    product: {
      name: 'Acme <Voice>',
      logo: 'logo.svg',
      accentColor: '#ffd400',
      support: 'help@acme.example',
      ...product,
    },
    sources: { main: { type: 'postgres', url } },
    exports: {
      account: {
        subject: { table: 'accounts', column: 'id' },
        categories: {
          account: {
            from: 'accounts',
            title: { en: 'Account', de: 'Konto' },
            description: { en: 'Name of the account', de: 'Name des Kontos' },
            belongsTo: 'id',
            include: ['id', 'name'],
            exclude: { billing_key: 'secret' },
          },
          contacts: {
            from: 'contacts',
            belongsTo: 'account_id',
            include: ['id', 'name', 'note'],
            exclude: { account_id: 'internal' },
          },
        },
        leftOut: { audit: { reason: 'internal', note: { en: 'Our own log', de: 'Unser Protokoll' } } },
        policy: { ...policy },
      },
    },
  });
}
