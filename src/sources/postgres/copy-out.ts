import { setTimeout } from 'node:timers/promises';
import type { Client, Connection, Submittable } from 'pg';
import type { CopyBytes, CopyTap } from './copy-tap.ts';

interface CopyOptions {
  cancel: () => Promise<void>;
  signal?: AbortSignal;
}

/**
 * `COPY … TO STDOUT` as a query of `pg`. What comes with one read of the socket is handed over as it lies there, so
 * nothing is copied. The server waits when we do not read.
 */
export function copyOut(
  { client, tap }: { client: Client; tap: CopyTap },
  sql: string,
  options: CopyOptions,
): AsyncGenerator<CopyBytes> {
  return runCopy(client, new CopyQuery<CopyBytes>(sql, tap, []), options);
}

/** Several of them in one message, and null behind each; other statements between them answer nothing. */
export function copyEachOut(
  { client, tap }: { client: Client; tap: CopyTap },
  statements: string[],
  options: CopyOptions,
): AsyncGenerator<CopyBytes | null> {
  return runCopy(client, new CopyQuery<CopyBytes | null>(statements.join(';\n'), tap, [null]), options);
}

async function* runCopy<T extends CopyBytes | null>(
  client: Client,
  copy: CopyQuery<T>,
  { cancel, signal }: CopyOptions,
): AsyncGenerator<T> {
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
    for (let next = await copy.next(); next !== undefined; next = await copy.next()) {
      yield next;
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
async function cancelUntilEnded(
  copy: CopyQuery<CopyBytes | null>,
  cancel: () => Promise<void>,
): Promise<void> {
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

/** Hands out bytes, and what stands behind each COPY. */
class CopyQuery<T extends CopyBytes | null> implements Submittable {
  readonly #sql: string;
  #connection: Connection | null = null;
  readonly #tap: CopyTap;
  readonly #behindEach: T[];
  /** One, unless more came before the socket was still. */
  #waiting: T[] = [];
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

  constructor(sql: string, tap: CopyTap, behindEach: T[]) {
    this.#sql = sql;
    this.#tap = tap;
    this.#behindEach = behindEach;
  }

  get isRunning(): boolean {
    return this.#connection !== null && !this.#isOver;
  }

  /** What came next; undefined at the end. Throws what the server threw. */
  async next(): Promise<T | undefined> {
    this.#isHeld = false; // what was handed out before has been used
    if (this.#waiting.length === 0 && !this.#isOver && !this.#isDiscarding) {
      this.#flow();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error && !this.#isDiscarding) throw this.#error;
    const next = this.#waiting.shift();
    this.#isHeld = next !== undefined && next !== null;
    this.#flow();
    return next;
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
    this.#tap.to = (bytes) => this.#take(bytes as T);
    connection.query(this.#sql);
  }

  #take(bytes: T): void {
    if (this.#isDiscarding) return;
    this.#waiting.push(bytes);
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#connection?.stream.pause();
    this.#wake();
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (this.#isDiscarding || this.#behindEach.length === 0 || !text.startsWith('COPY')) return;
    this.#waiting.push(...this.#behindEach);
    this.#wake();
  }

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
