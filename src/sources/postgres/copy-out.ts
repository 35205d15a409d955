import { setTimeout } from 'node:timers/promises';
import type { Client, Connection, Submittable } from 'pg';

/**
 * `COPY … TO STDOUT` as a query of `pg`. Its parser hands every CopyData message over as a slice of the bytes that
 * came from the socket; while the socket is paused they stay as they are, so nothing is copied. The server waits when
 * we do not read.
 */
export async function* copyOut(
  client: Client,
  sql: string,
  options: { cancel: () => Promise<void>; signal?: AbortSignal },
): AsyncGenerator<Uint8Array[]> {
  const { cancel, signal } = options;
  const copy = new CopyQuery(sql);
  let cancelling: Promise<void> | null = null;
  const stop = () => {
    copy.discard();
    cancelling ??= cancelUntilEnded(copy, cancel);
  };
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    client.query(copy);
    for (let pieces = await copy.next(); pieces !== null; pieces = await copy.next()) {
      yield pieces;
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
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
  #pieces: Uint8Array[] = [];
  #isPaused = false;
  #isDiscarding = false;
  #isOver = false;
  #error: unknown = null;
  #wake: () => void = () => {};
  #end: () => void = () => {};
  /** Resolves when the server has said its last word on this statement; never rejects. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(sql: string) {
    this.#sql = sql;
  }

  get isRunning(): boolean {
    return this.#connection !== null && !this.#isOver;
  }

  /** What has come since the last call; null at the end. Throws what the server threw. */
  async next(): Promise<Uint8Array[] | null> {
    if (this.#pieces.length === 0 && !this.#isOver && !this.#isDiscarding) {
      this.#flow(); // those handed out before have been used
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error && !this.#isDiscarding) throw this.#error;
    if (this.#pieces.length === 0) return null;
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Lets the rest of the answer run into the sand. */
  discard(): void {
    this.#isDiscarding = true;
    this.#pieces = [];
    this.#flow();
    this.#wake();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#sql);
  }

  /** Called for every message that came with one read of the socket, and no more until we let it flow again. */
  handleCopyData({ chunk }: { chunk: Uint8Array }): void {
    if (this.#isDiscarding) return;
    this.#pieces.push(chunk);
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
    this.#error = error;
    this.#flow();
    this.#wake();
    this.#end();
  }

  #flow(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#connection?.stream.resume();
  }
}
