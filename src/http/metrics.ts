import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';
import type { Parts } from '../steps/parts.ts';
import { type FailedAttempts, requireApiKey } from './account/who-is-calling.ts';
import { createCounter, limits } from './rate-limits.ts';

/** Measures every request of the app. To be called before its routes are registered. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.recordRequest({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });
}

/**
 * `GET /metrics`, for an API key by Basic or the token of `METRICS_TOKEN` by Bearer. From loopback too: behind a proxy
 * on the same machine everybody comes from there.
 */
export async function metricsRoutes(
  app: FastifyInstance,
  parts: Parts,
  { metrics, token }: { metrics: Metrics; token: string | null },
): Promise<void> {
  const failed: FailedAttempts = {
    wrongSecret: createCounter(app, limits.wrongSecret),
    wrongSession: createCounter(app, limits.wrongSession),
  };
  app.get('/metrics', { logLevel: 'warn', schema: { hide: true } }, async (request, reply) => {
    if (token === null || !bearsToken(request, token)) await requireApiKey(parts, failed, request);
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}

function bearsToken(request: FastifyRequest, token: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
