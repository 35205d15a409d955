import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HandoverError } from '../errors.ts';

/**
 * How much a stranger may ask, a minute and address (an IPv6 /64 counts as one). Tokens have 256 bits and cannot be
 * guessed at any rate; these keep a flood from the database, and a leaked key from being tried at leisure. Each
 * process counts for itself.
 */
export const limits = {
  /** One person needs one; a whole office may share one address. */
  portalLink: 30,
  /** The mailed link and its button, opened by a person, a mail scanner and a preview. */
  confirm: 30,
  /** A download manager opens several connections; a poor line resumes often. */
  download: 120,
  /** A visit loads it once. The files that it names are the same for everybody, and not counted. */
  page: 300,
  /** A server that sends a wrong secret sends it again and again: ten are enough to notice. */
  wrongSecret: 10,
  /** An open page whose session ended asks a few times; nothing needs more. */
  wrongSession: 60,
  /** Buttons pressed in one session. */
  sessionWrite: 30,
} as const;

const WINDOW_MS = 60_000;
/** Addresses that are remembered at once for each limit; the longest unseen is forgotten first. */
const REMEMBERED = 10_000;

/** Makes {@link limitByAddress} and {@link createCounter} work on this app. */
export function registerRateLimits(app: FastifyInstance): void {
  app.register(rateLimit, {
    global: false,
    cache: REMEMBERED,
    errorResponseBuilder: (_request, context) => tooManyRequests(context.ttl / 1000),
  });
}

/** Route config: at most `max` requests a minute from one address. */
export function limitByAddress(max: number) {
  return { rateLimit: { max, timeWindow: WINDOW_MS } };
}

/** Counts what is not a route of its own. Both throw `rate_limited`. */
export interface Counter {
  /** Counts one more; throws past the limit. */
  count(request: FastifyRequest): Promise<void>;
  /** Counts nothing; throws once the limit is used up. */
  check(request: FastifyRequest): Promise<void>;
}

/** Only inside a registered plugin, when the limiter is there. Counts by address, unless `key` says otherwise. */
export function createCounter(
  app: FastifyInstance,
  max: number,
  key?: (request: FastifyRequest) => string,
): Counter {
  const limiter = app.createRateLimit({ max, timeWindow: WINDOW_MS, ...(key && { keyGenerator: key }) });
  return {
    async count(request) {
      const result = await limiter(request);
      if (!result.isAllowed && result.isExceeded) throw tooManyRequests(result.ttlInSeconds);
    },
    async check(request) {
      const result = await limiter(request, { increment: false });
      if (!result.isAllowed && result.remaining === 0) throw tooManyRequests(result.ttlInSeconds);
    },
  };
}

export function tooManyRequests(waitSeconds: number): HandoverError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitSeconds));
  return new HandoverError(
    'rate_limited',
    `Too many requests. Nothing is lost: wait ${retryAfterSeconds} seconds and try again.`,
    { details: { retryAfterSeconds } },
  );
}
