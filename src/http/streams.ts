import type { FastifyReply } from 'fastify';
import { tooManyRequests } from './rate-limits.ts';
import { drained, takeOver } from './take-over.ts';

/** One server-sent event. */
export interface StreamEvent {
  /** What a browser sends back as `Last-Event-ID` when it comes again. */
  id: string;
  event: string;
  data: unknown;
}

/** Event streams that are open in this process, so that they can be counted and closed. */
export interface Streams {
  /** A signal for one more stream of a caller; throws `rate_limited` when the caller has too many open. */
  open(caller: string, most: number): AbortController;
  close(caller: string, stream: AbortController): void;
  /** Closes the streams of one caller, or all of them. */
  closeAll(caller?: string): void;
}

/** Browsers wait this long before they come back after a break. */
const RETRY_MS = 3000;
/** More often than any proxy closes a quiet connection (nginx: 60 s). */
const KEEP_ALIVE_MS = 15_000;
/** What a caller with too many streams is told to wait. */
const FULL_WAIT_SECONDS = 5;

export function createStreams(): Streams {
  const open = new Map<string, Set<AbortController>>();
  return {
    open(caller, most) {
      const streams = open.get(caller) ?? new Set();
      if (streams.size >= most) throw tooManyRequests(FULL_WAIT_SECONDS);
      const stream = new AbortController();
      open.set(caller, streams.add(stream));
      return stream;
    },
    close(caller, stream) {
      stream.abort();
      const streams = open.get(caller);
      streams?.delete(stream);
      if (streams?.size === 0) open.delete(caller);
    },
    closeAll(caller) {
      const closing = caller === undefined ? [...open.values()] : [open.get(caller) ?? []];
      for (const stream of closing.flatMap((streams) => [...streams])) stream.abort();
    },
  };
}

/**
 * Answers with server-sent events until they end, `stream` is aborted or the client is gone. A client that reads
 * slowly makes the events wait. Throws what the events throw, after the connection was closed.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<StreamEvent>,
  stream: AbortController,
  keepAliveMs = KEEP_ALIVE_MS,
): Promise<void> {
  const raw = takeOver(reply, 200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.once('close', () => stream.abort());
  // The client may have gone before it was answered; then nobody will say so any more.
  if (raw.destroyed) stream.abort();
  raw.write(`retry: ${RETRY_MS}\n\n`);
  const keepAlive = setInterval(() => raw.write(': keep-alive\n\n'), keepAliveMs);
  try {
    for await (const event of events) {
      if (stream.signal.aborted) break;
      // JSON has no raw line breaks, so one data line holds it.
      const text = `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
      if (!raw.write(text)) await drained(raw);
    }
  } finally {
    clearInterval(keepAlive);
    raw.end();
  }
}
