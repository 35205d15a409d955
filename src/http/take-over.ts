import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Sends the head of an answer, with the headers set so far, and hands over the raw response for its body. */
export function takeOver(reply: FastifyReply, status: number, headers: OutgoingHttpHeaders): ServerResponse {
  reply.hijack();
  const earlier = reply.getHeaders() as OutgoingHttpHeaders;
  return reply.raw.writeHead(status, { ...earlier, ...headers });
}

/** Resolves when the response takes more bytes, or never will. */
export function drained(raw: ServerResponse): Promise<void> {
  if (!raw.writableNeedDrain || raw.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.on('drain', done);
    raw.on('close', done);
  });
}

/** Writes, and resolves when the bytes were handed to the network and may be overwritten, or never will be. */
export function written(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      raw.off('close', done);
      resolve();
    };
    raw.on('close', done);
    raw.write(bytes, done);
  });
}
