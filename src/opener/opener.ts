import { Worker } from 'node:worker_threads';
import type { Layout } from '../archive/layout.ts';
import { type Archive, BLOCKS_AHEAD, type OpenBlock, openArchive } from '../archive/open-archive.ts';
import { createBlockBuffers } from '../archive/open-block.ts';
import { unpackError } from '../builder/calls.ts';
import type { ByteRange } from '../vault/open-chunks.ts';
import type { Store } from '../vault/store.ts';
import type { FromOpener, OpenerSettings, ToOpener } from './messages.ts';

/**
 * Opens archives for download. The blocks of what is long are opened in threads, several at once, so that the event loop
 * that answers everybody else only hands bytes on; what is short is opened where it is asked for.
 */
export interface Opener {
  /** As `openArchive` does. `store` must be the one that the opener was made for. */
  open(from: { store: Pick<Store, 'readInto' | 'size'>; identity: string }, layout: Layout): Archive;
  close(): Promise<void>;
}

/** Up to so many bytes, a thread costs more than it saves. */
const SHORT_BYTES = 1024 * 1024;
const MAX_THREADS = 4;
/** Blocks ahead of all readers together, 1 MiB each: of a crowd of slow ones, each has one. */
const BLOCKS_AHEAD_OF_ALL = 64;

/** Starts no thread before there is something to open. */
export function openOpener(settings: OpenerSettings, cores: number): Opener {
  const threads = Array.from({ length: Math.min(cores, MAX_THREADS) }, () => new OpenerThread(settings));
  const buffers = createBlockBuffers();
  const inThreads: OpenBlock = (pieces, buffer) =>
    threads
      .reduce((best, thread) => (thread.openBlocks < best.openBlocks ? thread : best))
      .open(pieces, buffer);
  let readers = 0;
  const ahead = () => Math.max(1, Math.min(BLOCKS_AHEAD, Math.floor(BLOCKS_AHEAD_OF_ALL / readers)));

  async function* readInThreads(archive: Archive, range: ByteRange): AsyncGenerator<Uint8Array, void> {
    readers++;
    try {
      yield* archive.read(range);
    } finally {
      readers--;
    }
  }

  return {
    open(from, layout) {
      const archive = openArchive({ ...from, buffers }, layout);
      return {
        ...archive,
        read(range = { start: 0, end: layout.sizeBytes }) {
          if (range.end - range.start <= SHORT_BYTES) return archive.read(range);
          return readInThreads(openArchive({ ...from, buffers, open: inThreads, ahead }, layout), range);
        },
      };
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** A block that a thread was asked for. */
interface Asked {
  worker: Worker;
  resolve(buffer: ArrayBuffer): void;
  reject(error: Error): void;
}

class OpenerThread {
  readonly #settings: OpenerSettings;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #lastId = 0;
  #isClosed = false;

  constructor(settings: OpenerSettings) {
    this.#settings = settings;
  }

  /** How many it was asked for and has not answered. */
  get openBlocks(): number {
    return this.#asked.size;
  }

  /** Throws what opening throws, and when the thread dies. */
  async open(...[pieces, buffer]: Parameters<OpenBlock>): Promise<ArrayBuffer> {
    const worker = this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { worker, resolve, reject });
      worker.postMessage({ id, pieces, buffer } satisfies ToOpener, [buffer]);
    });
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
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if ('buffer' in message) asked?.resolve(message.buffer);
    else asked?.reject(unpackError(message.error));
  }

  /** A thread that failed ends a little later: by then there may be another one, whose blocks are still to come. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const [id, asked] of this.#asked) {
      if (asked.worker !== worker) continue;
      this.#asked.delete(id);
      asked.reject(error);
    }
  }
}
