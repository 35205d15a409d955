import { setTimeout } from 'node:timers/promises';
import type { Client, Connection, Submittable } from 'pg';
import type { CopyBytes, CopyTap } from './copy-tap.ts';

/**
 * `COPY … TO STDOUT` as a query of `pg`. What comes with one read of the socket is handed over as it lies there, so
 * nothing is copied. The server waits when we do not read.
 */
export async function* copyOut(
  { client, tap }: { client: Client; tap: CopyTap },
  sql: string,
  options: { cancel: () => Promise<void>; signal?: AbortSignal },
): AsyncGenerator<CopyBytes> {
  const { cancel, signal } = options;
  const copy = new CopyQuery(sql, tap);
  let cancelling: Promise<void> | null = null;
  const stop = () => {
    copy.discard();
    cancelling ??= cancelUntilEnded(copy, cancel);
  };
  // Before anything that waits for the end of the statement, which then never began.
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop);
  try {
    client.query(copy);
    for (let bytes = await copy.next(); bytes !== null; bytes = await copy.next()) {
      yield bytes;
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
    copy.leave();
    if (copy.isRunning) stop();
    await cancelling;
    await copy.ended;
  }
}

/** A cancel that overtakes its statement on the way to the server is ignored there. */
async function cancelUntilEnded(copy: CopyQuery, cancel: () => Promise<void>): Promise<void> {
  const attempt = new AbortController();
  const ended = copy.ended.then(() => attempt.abort());
  while (copy.isRunning) {
    await cancel();
    await Promise.race([
      ended,
      setTimeout(CANCEL_AGAIN_MS, null, { signal: attempt.signal }).catch(() => {}),
    ]);
  }
}

const CANCEL_AGAIN_MS = 1_000;

class CopyQuery implements Submittable {
  readonly #sql: string;
  #connection: Connection | null = null;
  readonly #tap: CopyTap;
  /** One, unless more came before the socket was still. */
  #waiting: CopyBytes[] = [];
  #isPaused = false;
  /** Whether the consumer has bytes that lie in the socket's buffer. */
  #isHeld = false;
  #isDiscarding = false;
  #isOver = false;
  #error: unknown = null;
  #wake: () => void = () => {};
  #end: () => void = () => {};
  /** Resolves when the server has said its last word on this statement; never rejects. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(sql: string, tap: CopyTap) {
    this.#sql = sql;
    this.#tap = tap;
  }

  get isRunning(): boolean {
    return this.#connection !== null && !this.#isOver;
  }

  /** What came next; null at the end. Throws what the server threw. */
  async next(): Promise<CopyBytes | null> {
    this.#isHeld = false; // what was handed out before has been used
    if (this.#waiting.length === 0 && !this.#isOver && !this.#isDiscarding) {
      this.#flow();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error && !this.#isDiscarding) throw this.#error;
    const bytes = this.#waiting.shift() ?? null;
    this.#isHeld = bytes !== null;
    this.#flow();
    return bytes;
  }

  /** Nobody will ask for more. */
  leave(): void {
    this.#isHeld = false;
    this.#waiting = [];
    this.#flow();
  }

  /** Lets the rest of the answer run into the sand. */
  discard(): void {
    this.#isDiscarding = true;
    this.#waiting = [];
    this.#flow();
    this.#wake();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    this.#tap.to = (bytes) => this.#take(bytes);
    connection.query(this.#sql);
  }

  #take(bytes: CopyBytes): void {
    if (this.#isDiscarding) return;
    this.#waiting.push(bytes);
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#connection?.stream.pause();
    this.#wake();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#finish(null);
  }

  handleError(error: unknown): void {
    this.#finish(error);
  }

  #finish(error: unknown): void {
    this.#isOver = true;
    this.#tap.to = null;
    this.#error = error;
    this.#flow();
    this.#wake();
    this.#end();
  }

  /** Not before all that was handed out has been used: the socket reads into the same bytes again. */
  #flow(): void {
    if (!this.#isPaused || this.#isHeld || this.#waiting.length > 0) return;
    this.#isPaused = false;
    this.#connection?.stream.resume();
  }
}
