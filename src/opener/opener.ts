import { Worker } from 'node:worker_threads';
import type { Layout } from '../archive/layout.ts';
import { type Archive, openArchive } from '../archive/open-archive.ts';
import { unpackError } from '../builder/calls.ts';
import type { ByteRange } from '../vault/age-open.ts';
import type { Store } from '../vault/store.ts';
import type { FromOpener, OpenerSettings, ToOpener } from './messages.ts';

/**
 * Opens archives for download. What is long is read, opened and checked in threads, so that the event loop that answers
 * everybody else only hands bytes on; what is short is opened where it is asked for.
 */
export interface Opener {
  /** As `openArchive` does. `store` must be the one that the opener was made for. */
  open(from: { store: Pick<Store, 'read' | 'size'>; identity: string }, layout: Layout): Archive;
  close(): Promise<void>;
}

/** Up to so many bytes, a thread costs more than it saves. */
const SHORT_BYTES = 1024 * 1024;
const MAX_THREADS = 4;

/** Starts no thread before there is something to open. */
export function openOpener(settings: OpenerSettings, cores: number): Opener {
  const threads = Array.from({ length: Math.min(cores, MAX_THREADS) }, () => new OpenerThread(settings));
  const idlest = () => threads.reduce((best, thread) => (thread.reading < best.reading ? thread : best));
  return {
    open(from, layout) {
      const archive = openArchive(from, layout);
      return {
        ...archive,
        read(range = { start: 0, end: layout.sizeBytes }) {
          if (range.end - range.start <= SHORT_BYTES) return archive.read(range);
          return idlest().read({ layout, identity: from.identity, range });
        },
      };
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** What has come of one reading and was not taken yet. */
interface Reading {
  worker: Worker;
  batches: Uint8Array[][];
  /** Set once: nothing more comes. */
  over: { error: Error | null } | null;
  wake(): void;
}

class OpenerThread {
  readonly #settings: OpenerSettings;
  readonly #readings = new Map<number, Reading>();
  #worker: Worker | null = null;
  #lastId = 0;
  #isClosed = false;

  constructor(settings: OpenerSettings) {
    this.#settings = settings;
  }

  get reading(): number {
    return this.#readings.size;
  }

  /** Bytes in order; lets go of the thread's part when the consumer stops. Throws what opening throws. */
  async *read(order: {
    layout: Layout;
    identity: string;
    range: ByteRange;
  }): AsyncGenerator<Uint8Array, void> {
    const worker = this.#start();
    const id = ++this.#lastId;
    const reading: Reading = { worker, batches: [], over: null, wake() {} };
    const say = (message: ToOpener) => worker.postMessage(message);
    this.#readings.set(id, reading);
    say({ id, read: order });
    try {
      for (;;) {
        const batch = reading.batches.shift();
        if (batch) {
          yield* batch;
          say({ id, more: true });
        } else if (reading.over) {
          if (reading.over.error) throw reading.over.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            reading.wake = resolve;
          });
        }
      }
    } finally {
      this.#readings.delete(id);
      if (!reading.over) say({ id, stop: true });
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#isClosed = true;
    await worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    if (this.#isClosed) throw new Error('The opener was closed.');
    // In the repository this is TypeScript, in the package JavaScript: the thread has the ending of this file.
    const ending = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./opener-thread.${ending}`, import.meta.url), {
      workerData: this.#settings,
      name: 'handover-opener',
    });
    worker.on('message', (message: FromOpener) => this.#take(message));
    worker.on('error', (error) => this.#fail(worker, error as Error));
    worker.on('exit', () => this.#fail(worker, new Error('The opener thread ended.')));
    this.#worker = worker;
    return worker;
  }

  #take(message: FromOpener): void {
    const reading = this.#readings.get(message.id);
    if (!reading) return;
    if ('bytes' in message) reading.batches.push(message.bytes);
    else reading.over = { error: 'error' in message ? unpackError(message.error) : null };
    reading.wake();
  }

  /** A thread that failed ends a little later: by then there may be another one, whose readings go on. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const reading of this.#readings.values()) {
      if (reading.worker !== worker) continue;
      reading.over ??= { error };
      reading.wake();
    }
  }
}
