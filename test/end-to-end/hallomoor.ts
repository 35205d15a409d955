import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { fillVoiceDatabase } from '../../examples/voice/fill.ts';
import type { Policy } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ResolvedPolicy } from '../../src/config/resolved.ts';
import { type Environment, readEnvironment } from '../../src/env.ts';
import { createLogger } from '../../src/log.ts';
import { type Handover, startHandover } from '../../src/start.ts';
import { copyEmptyPglite } from '../support/pglite.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** Handover as an operator runs it, beside the voice product of `examples/voice` with all its rows. */
export interface Hallomoor {
  env: Environment;
  /** Where it answers; another one after each start. */
  url: string;
  /** One connection to the product's own database, a real Postgres. */
  product: pg.Client;
  /** The account with the most calls comes first. */
  accounts: Accounts;
  /** Every answer so far to a call made by `ask`. */
  answers: Answer[];
  /** Calls Handover: with a cookie, else with the API key where it counts. Redirects are not followed. */
  ask(method: string, path: string, options?: { body?: object; cookie?: string }): Promise<Answer>;
  /** Everything that was logged so far. */
  logged(): string;
  advance(span: { hours: number }): void;
  /** Stops Handover; its data folder stays. */
  stop(): Promise<void>;
  /** Starts it again on what it left, by another policy. */
  startAgain(policy: Partial<Pick<ResolvedPolicy, keyof Policy & keyof ResolvedPolicy>>): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
}

export interface Account {
  id: string;
  owner: { id: string; email: string; name: string };
}

type Accounts = [Account, Account, Account, ...Account[]];

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

export interface HallomoorOptions {
  /** Default: mails lie in the local mailbox. */
  smtpUrl?: string;
  /** Called before Handover starts, when the product's database has its rows. */
  prepare?: (product: pg.Client) => Promise<unknown>;
}

/** Fills the database and starts Handover: its state in the data folder, its log at the loudest. */
export async function startHallomoor({ smtpUrl, prepare }: HallomoorOptions = {}): Promise<Hallomoor> {
  const sourceUrl = await (await sharedPostgres()).createDatabase();
  const product = new pg.Client(sourceUrl);
  await product.connect();
  await fillVoiceDatabase(product);
  await prepare?.(product);
  const folder = await mkdtemp(join(tmpdir(), 'handover-hallomoor-'));
  await copyEmptyPglite(join(folder, 'data', 'state'));
  const env = readEnvironment({
    PORT: '0',
    HANDOVER_CONFIG: 'examples/voice/handover.config.ts',
    HANDOVER_DATA_DIR: join(folder, 'data'),
    HANDOVER_API_KEY: key,
    HANDOVER_API_SECRET: secret,
    SMTP_URL: smtpUrl,
  });

  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line) => lines.push(line) } });
  let offsetMs = 0;
  const start = async (policy: object = {}): Promise<Handover> => {
    const config = await loadConfig(env.configPath);
    config.sources.main = {
      type: 'postgres',
      url: sourceUrl,
      maxConnections: 3,
      statementTimeoutMs: 60_000,
      maxSnapshotMs: 600_000,
    };
    for (const kind of Object.values(config.exports)) Object.assign(kind.policy, policy);
    const now = () => new Date(Date.now() + offsetMs);
    return startHandover(env, { log, roles: { http: true, worker: true }, config, now });
  };
  let handover = await start();
  const answers: Answer[] = [];
  const hallomoor: Hallomoor = {
    env,
    url: handover.parts.publicUrl,
    product,
    accounts: await findAccounts(product),
    answers,
    async ask(method, path, options) {
      const answer = await ask(hallomoor.url + path, method, options);
      answers.push(answer);
      return answer;
    },
    logged: () => lines.join(''),
    advance({ hours }) {
      offsetMs += hours * 3_600_000;
    },
    stop: () => handover.stop(5000),
    async startAgain(policy) {
      handover = await start(policy);
      hallomoor.url = handover.parts.publicUrl;
    },
    async remove() {
      await handover.stop(5000);
      await product.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return hallomoor;
}

/** An answer's body as JSON. */
export function json<Body>({ bytes }: Answer): Body {
  return JSON.parse(bytes.toString());
}

const key = 'hallomoor';
const secret = 'a secret of more than thirty-two bytes';
export const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

async function findAccounts(product: pg.Client): Promise<Accounts> {
  const { rows } = await product.query<Account>(`
    select a.id, (select jsonb_build_object('id', id, 'email', email, 'name', name) from users
      where account_id = a.id and role = 'owner' order by id limit 1) as owner
    from account a order by (select count(*) from calls where account_id = a.id) desc`);
  const [first, second, third, ...others] = rows;
  if (!first || !second || !third) throw new Error('The product has too few accounts.');
  return [first, second, third, ...others];
}

async function ask(
  url: string,
  method: string,
  { body, cookie }: { body?: object; cookie?: string } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(cookie && { cookie, 'sec-fetch-site': 'same-origin' }),
      ...(!cookie && new URL(url).pathname.startsWith('/v1/') && { authorization }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const { status, headers } = response;
  return { status, headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
