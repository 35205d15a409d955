import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FileDigest } from '../archive/file-digest.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import {
  type ArchiveOrder,
  type BuiltPart,
  type CallName,
  type Calls,
  type FromThread,
  type PartOrder,
  type Plan,
  type Progress,
  type ThreadSettings,
  type ToThread,
  type UserOrder,
  unpackError,
  type Wanted,
} from './calls.ts';
import { gatherLookups } from './gather-lookups.ts';

/**
 * The *builder* reads, transcodes, hashes, seals and stores in worker threads, so that the thread that answers
 * people never waits for bytes.
 */
export interface Builder {
  /** Throws `source_unavailable` or `source_refused`. The snapshot is held until it is closed. */
  openSnapshot(wanted: Wanted): Promise<HeldSnapshot>;
  /** Builds a part under a snapshot that is held elsewhere. Throws `snapshot_lost` when the holder is gone. */
  buildPart(order: Omit<PartOrder, 'snapshot'>, snapshotId: string, watch: Watch): Promise<BuiltPart>;
  /** Reads a stored archive from end to end, and says what it is. Throws `archive_damaged`. */
  digestArchive(order: ArchiveOrder, signal: AbortSignal): Promise<FileDigest>;
  /** Which of the channels (as `type:id`) or users of a request do not exist now. */
  findMissing(request: ChatRequest): Promise<string[]>;
  /** One user with everything, as the JSON of an answer. Throws `chat_not_found`, `chat_limit_exceeded`. */
  readUser(order: UserOrder): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface HeldSnapshot {
  id: string;
  /** RFC 3339 with microseconds. */
  takenAt: string;
  /** False when no other connection can join it: every part is then built on the one that holds it. */
  isShareable: boolean;
  /** How long it may be held, in milliseconds; null for as long as one likes. */
  maxAgeMs: number | null;
  /** Whether the subject has a row of its own. */
  hasSubject: boolean;
  /** Later attempts are cut into smaller parts; the first is 1. */
  plan(attempt: number): Promise<Plan>;
  /** Builds a part on the connection that holds the snapshot. */
  buildPart(order: Omit<PartOrder, 'snapshot'>, watch: Watch): Promise<BuiltPart>;
  close(): Promise<void>;
}

export interface Watch {
  signal: AbortSignal;
  /** Of this part, from its start. */
  onProgress(progress: Progress): void;
}

const FLUSH_MS = 2_000;

/** More threads than this only wait for the source. */
const MAX_THREADS = 4;

/**
 * What a thread makes is short-lived and large, but lies outside the heap: sealed chunks, what comes by the socket. With
 * a nursery of the usual size it is found dead only by full collections, which took a sixth of a thread's time.
 */
const YOUNG_MB = 1;

/** Starts no thread before the first call. A thread that dies fails its calls and is replaced at the next one. */
export function openBuilder(settings: ThreadSettings, cores: number): Builder {
  const { threadCount, sources } = share(settings.config.sources, cores);
  const config = { ...settings.config, sources };
  const threads = Array.from({ length: threadCount }, () => new BuilderThread({ ...settings, config }));
  const idlest = () => threads.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
  // A held snapshot keeps a connection of its thread, also while nothing is asked of it.
  const freest = () => threads.reduce((best, thread) => (thread.held < best.held ? thread : best));
  return {
    async openSnapshot(wanted) {
      const thread = freest();
      thread.held++;
      const { handle, ...facts } = await thread.call('openSnapshot', wanted).catch((error) => {
        thread.held--;
        throw error;
      });
      return {
        ...facts,
        plan: (attempt) => thread.call('plan', { handle, attempt, ...wanted }),
        buildPart: (order, watch) => thread.call('buildPart', { ...order, snapshot: { handle } }, watch),
        async close() {
          thread.held--;
          // A thread that is gone took its snapshots with it.
          if (thread.isRunning) await thread.call('closeSnapshot', { handle });
        },
      };
    },
    buildPart: (order, snapshotId, watch) =>
      idlest().call('buildPart', { ...order, snapshot: { id: snapshotId } }, watch),
    digestArchive: (order, signal) => idlest().call('digestArchive', order, { signal, onProgress: () => {} }),
    findMissing: gatherLookups((request) => idlest().call('findMissing', { request })),
    readUser: (order) => idlest().call('readUser', order),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/**
 * Divides the connections that a process may open to each source among its threads. A thread needs two of them to
 * hold a snapshot and read beside it. A PGlite has one session, so one thread has it.
 */
function share(
  sources: ResolvedConfig['sources'],
  cores: number,
): { threadCount: number; sources: ResolvedConfig['sources'] } {
  const threadCount = Object.values(sources).reduce(
    (least, source) =>
      Math.min(least, source.type === 'pglite' ? 1 : Math.max(1, Math.floor(source.maxConnections / 2))),
    Math.min(cores, MAX_THREADS),
  );
  const divided = Object.entries(sources).map(([name, source]) => {
    if (source.type === 'pglite') return [name, source];
    return [name, { ...source, maxConnections: Math.floor(source.maxConnections / threadCount) }];
  });
  return { threadCount, sources: Object.fromEntries(divided) };
}

interface PendingCall {
  /** The thread that was asked: what befalls another is no matter. */
  worker: Worker;
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onProgress: ((progress: Progress) => void) | undefined;
}

class BuilderThread {
  readonly #settings: ThreadSettings;
  readonly #calls = new Map<number, PendingCall>();
  #worker: Worker | null = null;
  #lastId = 0;
  #isClosed = false;
  /** Snapshots that are open, or being opened. */
  held = 0;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  get pending(): number {
    return this.#calls.size;
  }

  get isRunning(): boolean {
    return this.#worker !== null;
  }

  async call<Name extends CallName>(
    name: Name,
    args: Calls[Name][0],
    watch?: Watch,
  ): Promise<Calls[Name][1]> {
    watch?.signal.throwIfAborted();
    const worker = this.#start();
    const id = ++this.#lastId;
    const abort = () => worker.postMessage({ abort: id } satisfies ToThread);
    watch?.signal.addEventListener('abort', abort);
    try {
      return await new Promise<Calls[Name][1]>((resolve, reject) => {
        this.#calls.set(id, {
          worker,
          resolve: resolve as (answer: unknown) => void,
          reject,
          onProgress: watch?.onProgress,
        });
        worker.postMessage({ call: name, id, args } satisfies ToThread);
      });
    } finally {
      this.#calls.delete(id);
      watch?.signal.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker && this.#settings.tracing) await this.#flush();
    this.#worker = null;
    this.#isClosed = true;
    await worker?.terminate();
  }

  /** Spans are not worth waiting long for. */
  async #flush(): Promise<void> {
    const flushed = this.call('flush', null).catch(() => {});
    await Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    if (this.#isClosed) throw new Error('The builder was closed.');
    // In the repository this is TypeScript, in the package JavaScript: the thread has the ending of this file.
    const ending = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./builder-thread.${ending}`, import.meta.url), {
      workerData: this.#settings,
      name: 'handover-builder',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', (message: FromThread) => this.#settle(message));
    worker.on('error', (error) => this.#fail(worker, error as Error));
    worker.on('exit', () => this.#fail(worker, new Error('The builder thread ended.')));
    this.#worker = worker;
    return worker;
  }

  #settle(message: FromThread): void {
    const call = this.#calls.get(message.id);
    if (!call) return;
    if ('progress' in message) call.onProgress?.(message.progress);
    else if ('error' in message) call.reject(unpackError(message.error));
    else call.resolve(message.answer);
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const call of this.#calls.values()) if (call.worker === worker) call.reject(error);
  }
}
