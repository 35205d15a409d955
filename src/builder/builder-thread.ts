import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { digestArchive } from '../archive/digest-archive.ts';
import { digestDocument } from '../archive/document-digester.ts';
import { openArchive } from '../archive/open-archive.ts';
import { writePart } from '../archive/write-part.ts';
import { findMissing } from '../chat/lookup.ts';
import { readUserExport } from '../chat/user-export.ts';
import type { ResolvedChat } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import { openSource } from '../sources/open-source.ts';
import type { Connection } from '../sources/postgres/connection.ts';
import type { Reader, Snapshot, Source } from '../sources/source.ts';
import { standBack } from '../thread-priority.ts';
import type { TracingSettings } from '../tracing-settings.ts';
import { openStore } from '../vault/open-store.ts';
import type { Store } from '../vault/store.ts';
import {
  type CallName,
  type Calls,
  type FromThread,
  type PartOrder,
  type Progress,
  packError,
  type ThreadSettings,
  type ToThread,
  type UserOrder,
} from './calls.ts';
import { planParts } from './plan.ts';
import { type Readable, readableOf } from './sections.ts';

// The inside of a builder thread: it owns connections to the sources, and answers the calls of `calls.ts`.

/** How often the progress of a part is told, in milliseconds. */
const PROGRESS_MS = 250;

standBack();
const { config, store: storeSettings, tracing: tracingSettings } = workerData as ThreadSettings;
const traces = tracingSettings && (await openTraces(tracingSettings));
const plainStore = await openStore(storeSettings);
const store = traces ? traces.store(plainStore) : plainStore;
const sources = new Map<string, Promise<Source>>();
const snapshots = new Map<string, Snapshot>();
const running = new Map<number, AbortController>();

type Context = { signal: AbortSignal; onProgress(progress: { rows: number; bytes: number }): void };
type Answers = {
  [Name in CallName]: (args: Calls[Name][0], context: Context) => Promise<Calls[Name][1]>;
};

const answers: Answers = {
  async openSnapshot(wanted) {
    const readable = readableOf(config, wanted);
    const source = await findSource(readable.source);
    const snapshot = await source.openSnapshot();
    try {
      const isKnown = await readable.hasSubject(snapshot);
      const handle = randomUUID();
      snapshots.set(handle, snapshot);
      const { id, takenAt, isShareable } = snapshot;
      const settings = config.sources[readable.source];
      const maxAgeMs = settings?.type === 'postgres' ? settings.maxSnapshotMs : null;
      return { handle, id, takenAt, isShareable, maxAgeMs, hasSubject: isKnown };
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  },
  plan: ({ handle, attempt, ...wanted }) =>
    planParts(findSnapshot(handle), readableOf(config, wanted), attempt),
  async closeSnapshot({ handle }) {
    const snapshot = snapshots.get(handle);
    snapshots.delete(handle);
    await snapshot?.close();
    return null;
  },
  async buildPart(order, context) {
    const readable = readableOf(config, order);
    if ('handle' in order.snapshot)
      return build(findSnapshot(order.snapshot.handle), readable, order, context);
    const source = await findSource(readable.source);
    const reader = await source.joinSnapshot(order.snapshot.id);
    try {
      return await build(reader, readable, order, context);
    } finally {
      await reader.close();
    }
  },
  digestArchive: ({ layout, identity }, { signal }) =>
    digestArchive(openArchive({ store, identity }, layout), layout, signal),
  findMissing: ({ request }) =>
    withChat('look-ups', (reader, chat) =>
      findMissing(reader, chat, request, request.about === 'channels' && request.includeSoftDeletedChannels),
    ),
  readUser: (order) => withChat('users', (reader, chat) => readUser(reader, chat, order)),
  async flush() {
    await traces?.flush();
    return null;
  },
};

/** Loaded only where traces are switched on. */
async function openTraces(settings: TracingSettings) {
  const { openTracing } = await import('../tracing/open-tracing.ts');
  const { traceCall, traceConnection, traceStore } = await import('../tracing/trace-thread.ts');
  const tracing = await openTracing(settings);
  return {
    call: <T>(name: CallName, args: unknown, run: () => Promise<T>) => traceCall(tracing, name, args, run),
    connection: (connection: Connection) => traceConnection(tracing, connection),
    store: (plain: Store) => traceStore(tracing, plain),
    flush: () => tracing.flush(),
  };
}

async function readUser(
  reader: Reader,
  chat: ResolvedChat,
  { userId, style, limit }: UserOrder,
): Promise<Uint8Array> {
  const [missing] = await findMissing(reader, chat, { userIds: [userId] }, false);
  const found = missing === undefined ? await readUserExport(reader, chat, userId, style, limit) : null;
  if (!found) {
    throw new HandoverError('chat_not_found', undefined, { details: { about: 'users', missing: [userId] } });
  }
  const { user, messages, reactions } = found;
  return Buffer.from(`{"user":${user},"messages":${messages},"reactions":${reactions}}`);
}

/** A look at the source as it is now, for a question that is answered at once. */
async function withChat<T>(lane: Lane, ask: (reader: Reader, chat: ResolvedChat) => Promise<T>): Promise<T> {
  const { chat } = config;
  if (!chat) throw new Error('The config has no server door.');
  const snapshot = await (await findQuestionSource(chat.source, lane)).openSnapshot();
  try {
    return await ask(snapshot, chat);
  } finally {
    await snapshot.close();
  }
}

parentPort?.on('message', (message: ToThread) => {
  if ('abort' in message) running.get(message.abort)?.abort(new Error('The part is no longer wanted.'));
  else void answer(message);
});

async function answer({ call, id, args }: Extract<ToThread, { call: CallName }>): Promise<void> {
  const reply = (message: FromThread) => parentPort?.postMessage(message);
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const handler = answers[call] as (args: unknown, context: Context) => Promise<unknown>;
    const context = {
      signal: controller.signal,
      onProgress: throttle((progress: Progress) => reply({ id, progress })),
    };
    const result = await (traces
      ? traces.call(call, args, () => handler(args, context))
      : handler(args, context));
    reply({ id, answer: result });
  } catch (error) {
    reply({ id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

async function build(
  reader: Reader,
  readable: Readable,
  order: PartOrder,
  context: Context,
): Promise<Calls['buildPart'][1]> {
  const sections = readable.read(reader, order.slices, context.signal);
  const observer = order.document ? digestDocument(order.document) : undefined;
  const written = await writePart({ store, recipient: order.recipient }, order.objectName, sections, {
    signal: context.signal,
    onProgress: context.onProgress,
    ...(observer && { observer }),
  });
  const { sections: done, sha256, headSha256 } = written;
  return { sections: done, sha256, headSha256, file: observer?.end() ?? null };
}

function findSource(name: string): Promise<Source> {
  const open = sources.get(name);
  if (open) return open;
  const settings = config.sources[name];
  if (!settings) throw new Error(`The config names no source "${name}".`);
  const opening = openSource(settings, traces?.connection);
  sources.set(name, opening);
  opening.catch(() => sources.delete(name));
  return opening;
}

/** Questions of one lane wait for each other: a user with very much must not hold up who only looks whether one exists. */
type Lane = 'look-ups' | 'users';
const lanes = new Map<Lane, Promise<Source>>();

/** The clients that wait longest give up after 30 s. */
const QUESTION_TIMEOUT_MS = 30_000;

/**
 * Where a question is asked whose asker waits. Exports keep the connections of their source for as long as they run, so
 * each lane has one of its own. A PGlite has one session, which all share.
 */
function findQuestionSource(name: string, lane: Lane): Promise<Source> {
  const settings = config.sources[name];
  if (settings?.type !== 'postgres') return findSource(name);
  const statementTimeoutMs = Math.min(settings.statementTimeoutMs, QUESTION_TIMEOUT_MS);
  const source = lanes.get(lane) ?? openSource({ ...settings, maxConnections: 1, statementTimeoutMs });
  lanes.set(lane, source);
  return source;
}

function findSnapshot(handle: string): Snapshot {
  const snapshot = snapshots.get(handle);
  // The thread that held it was replaced by this one.
  if (!snapshot) throw new HandoverError('snapshot_lost');
  return snapshot;
}

/** Tells the newest value at most once in a while; the last one is never lost, since nothing may follow it for long. */
function throttle<T>(tell: (value: T) => void): (value: T) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let newest: T;
  const tellNewest = () => {
    timer = null;
    toldAt = performance.now();
    tell(newest);
  };
  return (value) => {
    newest = value;
    if (timer) return;
    const waitMs = toldAt + PROGRESS_MS - performance.now();
    if (waitMs <= 0) tellNewest();
    else timer = setTimeout(tellNewest, waitMs).unref();
  };
}
