import type { FastifyRequest } from 'fastify';
import { HandoverError } from '../../errors.ts';

/**
 * Throws `forbidden` unless a call with a cookie comes from our own page. Browsers say where a call comes from in
 * `Sec-Fetch-Site`, which no page can forge; on plain http outside of localhost they do not send it, and there the
 * `Origin` has to be ours. A call that says neither is refused.
 */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  if (site === undefined && request.headers.origin === new URL(publicUrl).origin) return;
  throw new HandoverError(
    'forbidden',
    `This call has to come from the Data Export page itself, at ${publicUrl}. Nothing was changed. A server calls with an API key instead of a cookie.`,
  );
}

/** Throws `forbidden` when another site's page brought the browser here; typing or a bookmark is fine. */
export function refuseCrossSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    throw new HandoverError('forbidden', 'Open the Data Export page and download from there.');
  }
}
