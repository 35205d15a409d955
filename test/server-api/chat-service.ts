import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { fillChatDatabase } from '../../examples/chat/fill.ts';
import example from '../../examples/chat/handover.config.ts';
import type { Config } from '../../src/config/define.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { readEnvironment } from '../../src/env.ts';
import { buildServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/log.ts';
import type { Rush } from '../../src/rush.ts';
import { startHandover } from '../../src/start.ts';
import { KEY, SECRET, type Service } from '../http/service.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { hs256 } from './tokens.ts';

/** A whole Handover with the server door of examples/chat, on a free port: real database, queue, threads, a clock to move. */
export interface ChatService extends Service {
  /** The chat product's own database. */
  product: pg.Pool;
}

type ChatPolicy = NonNullable<NonNullable<Config['chat']>['policy']>;

export interface ChatServiceOptions {
  worker?: boolean;
  policy?: Partial<ChatPolicy>;
  /** Is told of calls. */
  rush?: Rush;
}

export async function startChatService(options: ChatServiceOptions = {}): Promise<ChatService> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-chat-'));
  const postgres = await sharedPostgres();
  const productUrl = await postgres.createDatabase();
  const product = new pg.Pool({ connectionString: productUrl, max: 2 });
  await fill(product);
  const env = readEnvironment({
    PORT: '0',
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
    config: await resolveConfig(configOf(productUrl, options.policy), join(folder, 'handover.config.ts')),
    now: () => new Date(Date.now() + offsetMs),
  });
  const { parts } = handover;
  const server = buildServer(parts, {
    trustProxy: null,
    showMailbox: false,
    ...(options.rush && { rush: options.rush }),
  });
  const url = await server.listen({ host: '127.0.0.1', port: Number(new URL(parts.publicUrl).port) });
  return {
    parts,
    server,
    url,
    folder,
    product,
    logged: () => lines.join(''),
    advance(milliseconds) {
      offsetMs += milliseconds;
    },
    async stop() {
      await server.close();
      await handover.stop(5000);
      await product.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function fill(product: pg.Pool): Promise<void> {
  const session = await product.connect();
  try {
    await fillChatDatabase(session);
  } finally {
    session.release();
  }
}

/** Limits that no test reaches by chance, unless it is about them. */
function configOf(url: string, policy: Partial<ChatPolicy> = {}): Config {
  if (!example.chat) throw new Error('the example has no chat');
  const rateLimits = { exportChannels: 9999, exportUsers: 9999, exportUser: 9999, exportStatus: 9999 };
  return {
    ...example,
    sources: { chat: { type: 'postgres', url } },
    chat: { ...example.chat, policy: { rateLimits, ...policy } },
  } as Config;
}

export interface RawCall {
  /** Default: the preset key. Null leaves it out. */
  key?: string | null;
  /** Default: a server's token of the preset key. Null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
  /** Sent as it stands when it is a text. */
  body?: unknown;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the tests are about
  body: any;
}

/** A call of the server API by hand. */
export async function ask(
  service: Pick<Service, 'url'>,
  method: string,
  path: string,
  { key = KEY, token = hs256({ server: true }, SECRET), headers, body }: RawCall = {},
): Promise<RawAnswer> {
  const query = key === null ? '' : `${path.includes('?') ? '&' : '?'}api_key=${encodeURIComponent(key)}`;
  const response = await fetch(service.url + path + query, {
    method,
    headers: {
      'stream-auth-type': 'jwt',
      ...(token !== null && { authorization: token }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
}

/** Asks for an export and waits until it is over. Needs a worker. Returns the task as the v1 path tells of it. */
export async function finish(service: Service, path: string, body: unknown) {
  const started = await ask(service, 'POST', path, { body });
  if (started.status !== 201) throw new Error(`${started.status} ${started.text}`);
  return whenOver(service, started.body.task_id);
}

export async function whenOver(service: Service, id: string) {
  for (;;) {
    const { status, body, text } = await ask(service, 'GET', `/tasks/${id}`);
    if (status !== 200) throw new Error(`${status} ${text}`);
    if (body.status === 'completed' || body.status === 'failed') return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The file behind an address, by a plain GET without any header of ours. */
export async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.text();
}

export function lines(text: string) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
