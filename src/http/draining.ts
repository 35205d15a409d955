import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Readiness } from './health.ts';
import type { Streams } from './streams.ts';
import type { Transfers } from './transfers.ts';

/** What is open when a service closes. */
export interface OpenWork {
  readiness: Readiness;
  streams: Streams;
  transfers: Transfers;
}

/**
 * How `app.close()` goes: /readyz says so for `noticeMs`, while all is still answered; then nothing new is listened
 * to, event streams end, and downloads may come to their end for `drainMs`, after which they are cut and recorded.
 */
export function closeGracefully(
  app: FastifyInstance,
  { noticeMs, drainMs }: { noticeMs: number; drainMs: number },
  { readiness, streams, transfers }: OpenWork,
): void {
  const closeSilent = trackSilentConnections(app.server);
  let deadline: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    readiness.isDraining = true;
    await sleep(noticeMs);
    streams.closeAll();
    closeSilent();
    deadline = setTimeout(() => app.server.closeAllConnections(), drainMs);
  });
  // A connection that has served its last answer would otherwise be kept for the next one.
  app.addHook('onResponse', async () => {
    if (readiness.isDraining) setImmediate(() => app.server.closeIdleConnections());
  });
  app.addHook('onClose', async () => {
    clearTimeout(deadline);
    await transfers.settled();
  });
}

/**
 * Browsers open connections in advance, and Node does not count one as idle that never carried a request: it would
 * hold up the end. Returns what closes them.
 */
function trackSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request) => silent.delete(request.socket));
  return () => {
    for (const socket of silent) socket.destroy();
  };
}
