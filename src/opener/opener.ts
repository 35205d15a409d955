import { Worker } from 'node:worker_threads';
import type { Layout } from '../archive/layout.ts';
import {
  type Archive,
  BLOCKS_AHEAD,
  type OpenBlock,
  openArchive,
  type SizesOf,
  type StopFlag,
  sizesOfMany,
} from '../archive/open-archive.ts';
import { type BlockPiece, createBlockBuffers } from '../archive/open-block.ts';
import { unpackError } from '../builder/calls.ts';
import type { BufferPool } from '../vault/buffer-pool.ts';
import type { ByteRange } from '../vault/open-chunks.ts';
import type { Store } from '../vault/store.ts';
import type { FromOpener, OpenerSettings, ToOpener } from './messages.ts';

/**
 * Opens archives for download. The blocks of what is long are opened in threads, several at once, so that the event loop
 * that answers everybody else only hands bytes on; what is short is opened where it is asked for.
 */
export interface Opener {
  /** As `openArchive` does. `store` must be the one that the opener was made for. */
  open(
    from: { store: Pick<Store, 'readInto' | 'size' | 'sizeNow'>; identity: string },
    layout: Layout,
  ): Archive;
  close(): Promise<void>;
}

/** Up to so many bytes, a thread costs more than it saves. */
const SHORT_BYTES = 1024 * 1024;
/** Up to so many parts, their sizes are asked for here. */
const FEW_PARTS = 8;
const MAX_THREADS = 4;
/** Blocks ahead of all readers together, 1 MiB each: of a crowd of slow ones, each has one. */
const BLOCKS_AHEAD_OF_ALL = 64;

/** Starts no thread before there is something to open. */
export function openOpener(settings: OpenerSettings, cores: number): Opener {
  const buffers = createBlockBuffers();
  const threads = Array.from(
    { length: Math.min(cores, MAX_THREADS) },
    () => new OpenerThread(settings, buffers),
  );
  const idlest = (some: OpenerThread[]) =>
    some.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
  const inThreads: OpenBlock = (...order) => idlest(threads).open(...order);
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

  /** A folder is asked at once where that holds nobody up: in a thread, if one has started. */
  function sizesIn(store: Pick<Store, 'size' | 'sizeNow'>): SizesOf | undefined {
    if (!store.sizeNow) return undefined;
    return (names) => {
      const awake = threads.filter((thread) => thread.isAwake);
      const isQuick = names.length > FEW_PARTS && awake.length > 0;
      return isQuick ? idlest(awake).sizesOf(names) : sizesOfMany(store, names);
    };
  }

  return {
    open(from, layout) {
      const archive = openArchive({ ...from, buffers, sizesOf: sizesIn(from.store) }, layout);
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

/** What a thread was asked for. */
interface Asked {
  worker: Worker;
  resolve(answer: FromOpener): void;
  reject(error: Error): void;
}

type Question = { pieces: BlockPiece[]; buffer: ArrayBuffer; stopped: StopFlag } | { names: string[] };

class OpenerThread {
  readonly #settings: OpenerSettings;
  readonly #buffers: BufferPool;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  /** The one that has answered something. */
  #awake: Worker | null = null;
  #lastId = 0;
  #isClosed = false;

  constructor(settings: OpenerSettings, buffers: BufferPool) {
    this.#settings = settings;
    this.#buffers = buffers;
  }

  /** How much it was asked for and has not answered. */
  get pending(): number {
    return this.#asked.size;
  }

  /** Whether it answers without having to start. */
  get isAwake(): boolean {
    return this.#worker !== null && this.#worker === this.#awake;
  }

  /** Throws what opening throws, and when the thread dies. */
  async open(...[pieces, buffer, stopped]: Parameters<OpenBlock>): Promise<ArrayBuffer> {
    const answer = await this.#ask({ pieces, buffer, stopped }, [buffer]);
    if ('buffer' in answer) return answer.buffer;
    throw new Error('The opener thread answered something else.');
  }

  /** Throws `store_unavailable`, and when the thread dies. */
  async sizesOf(names: string[]): Promise<(number | null)[]> {
    const answer = await this.#ask({ names });
    if ('sizes' in answer) return answer.sizes;
    throw new Error('The opener thread answered something else.');
  }

  #ask(question: Question, handedOver: ArrayBuffer[] = []): Promise<FromOpener> {
    return new Promise((resolve, reject) => {
      const worker = this.#start();
      const id = ++this.#lastId;
      this.#asked.set(id, { worker, resolve, reject });
      worker.postMessage({ id, ...question } satisfies ToOpener, handedOver);
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
    worker.on('message', (message: FromOpener) => {
      this.#awake = worker;
      this.#take(message);
    });
    worker.on('error', (error) => this.#fail(worker, error as Error));
    worker.on('exit', () => this.#fail(worker, new Error('The opener thread ended.')));
    this.#worker = worker;
    return worker;
  }

  #take(message: FromOpener): void {
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if ('error' in message) {
      if (message.unfilled) this.#buffers.give(message.unfilled);
      asked?.reject(unpackError(message.error));
    } else asked?.resolve(message);
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
