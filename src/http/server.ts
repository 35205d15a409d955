import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createMetrics } from '../metrics/metrics.ts';
import type { Rush } from '../rush.ts';
import type { Parts } from '../steps/parts.ts';
import { brandRoutes } from './account/brand.ts';
import { confirmRoutes } from './account/confirm-page.ts';
import { openDoor } from './account/context.ts';
import { exportActionRoutes } from './account/export-actions.ts';
import { exportFileRoutes } from './account/export-file.ts';
import { exportRoutes } from './account/exports.ts';
import { manifestRoutes } from './account/manifest.ts';
import { portalRoutes } from './account/portal.ts';
import { addressOptions } from './addresses.ts';
import { apiDocsRoutes, registerApiNotes } from './api-docs.ts';
import { devMailRoutes } from './dev-mail.ts';
import { downloadRoutes } from './downloads.ts';
import { closeGracefully } from './draining.ts';
import { registerErrorAnswers } from './error-answers.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { acceptJsonOnly } from './json-bodies.ts';
import { measureRequests, metricsRoutes } from './metrics.ts';
import { pageFolder, pageRoutes } from './page-files.ts';
import { registerRateLimits } from './rate-limits.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { serverApiRoutes } from './server-api/routes.ts';
import { createStreams, type Streams } from './streams.ts';
import { createTransfers, type Transfers } from './transfers.ts';

export interface ServerOptions {
  /** Addresses of the proxies in front, comma separated: their `X-Forwarded-For` is believed. Null believes none. */
  trustProxy: string | null;
  /** Only where no mail server is set up, and only on a loopback address: it shows every link that was mailed. */
  showMailbox: boolean;
  /** By which `/metrics` can be read without an API key; null asks for one. Default null. */
  metricsToken?: string | null;
  /** Is told of the calls of servers that are under way. */
  rush?: Rush;
  /** Sees the app before its routes are registered. */
  prepare?: (app: FastifyInstance) => void;
  /** The built page; default `dist/page`. */
  pageFolder?: string;
  /** How long a closing server says so on /readyz before it stops to listen, in milliseconds. Default 0. */
  noticeMs?: number;
  /** How long a closing server waits for downloads that are under way, in milliseconds. Default 15,000. */
  drainMs?: number;
}

/** Everything that Handover says over HTTP, apart from `listen`. Closing it ends event streams and waits for downloads. */
export function buildServer(parts: Parts, options: ServerOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_CONNECTION_MS,
    return503OnClosing: false,
    ...addressOptions(parts),
  });
  const readiness: Readiness = { isDraining: false };
  const streams = createStreams();
  const transfers = createTransfers();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  acceptJsonOnly(app);
  registerErrorAnswers(app, parts);
  registerSecurityHeaders(app, parts.publicUrl);
  registerRateLimits(app);
  registerApiNotes(app, parts);
  app.register(cookie);
  logRequests(app);
  const metrics = createMetrics(parts);
  measureRequests(app, metrics);
  options.prepare?.(app);
  const { noticeMs = 0, drainMs = DRAIN_MS } = options;
  closeGracefully(app, { noticeMs, drainMs }, { readiness, streams, transfers });

  app.register((scope) => pageRoutes(scope, options.pageFolder ?? pageFolder));
  app.register((scope) => brandRoutes(scope, parts));
  app.register((scope) => confirmRoutes(scope, parts));
  app.register((scope) => downloadRoutes(scope, parts, transfers));
  app.register((scope) => accountRoutes(scope, parts, streams, transfers));
  app.register((scope) => serverApiRoutes(scope, parts, transfers, options.rush));
  app.register((scope) => healthRoutes(scope, parts, readiness));
  app.register((scope) => metricsRoutes(scope, parts, { metrics, token: options.metricsToken ?? null }));
  app.register((scope) => apiDocsRoutes(scope, parts));
  const { mailbox } = parts;
  if (mailbox !== null && options.showMailbox) app.register((scope) => devMailRoutes(scope, parts, mailbox));
  return app;
}

/** The largest request is a portal session with long names; that is below 8 KiB. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** From the first byte of a request to its last. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves for so long is closed: a download that nobody takes off, for one. */
const IDLE_CONNECTION_MS = 120_000;
/** Below the 20 s that a stopping process waits, so that records of broken downloads are still written. */
const DRAIN_MS = 15_000;

async function accountRoutes(
  app: FastifyInstance,
  parts: Parts,
  streams: Streams,
  transfers: Transfers,
): Promise<void> {
  const door = openDoor(app, parts, streams);
  app.register((scope) => portalRoutes(scope, door));
  app.register((scope) => exportRoutes(scope, door));
  app.register((scope) => exportActionRoutes(scope, door));
  app.register((scope) => exportFileRoutes(scope, door, transfers));
  app.register((scope) => manifestRoutes(scope, door));
}

/** One line for each request: the address without its query, which may name an account. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const [url] = request.url.split('?');
    const facts = {
      method: request.method,
      url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    request.log.info(facts, 'request');
  });
}
