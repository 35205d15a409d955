import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ResolvedChat } from '../../config/resolved.ts';
import { gather } from '../../gather.ts';
import { findApiKeySecret } from '../../steps/api-keys.ts';
import type { Parts } from '../../steps/parts.ts';
import { openChatRequests } from '../../steps/request-chat-export.ts';
import { type Operation, operations } from './operations.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { refuse } from './refusals.ts';
import { type FindKey, type ServerCaller, whoIsCalling } from './who-is-calling.ts';

/** What the routes of the server door share. */
export interface ServerDoor {
  parts: Parts;
  chat: ResolvedChat;
  limiter: RateLimiter;
  /** Looks up a live key; null when there is none. */
  findKey: FindKey;
  /** Resolves to the id of the task. Throws `chat_not_found`. */
  startExport: ReturnType<typeof openChatRequests>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link admit}. */
    serverCaller?: ServerCaller;
  }
  interface FastifyContextConfig {
    /** What a call of the server API is called in its refusals. */
    operation?: Operation;
  }
}

export function openServerDoor(parts: Parts, chat: ResolvedChat): ServerDoor {
  return {
    parts,
    chat,
    limiter: createRateLimiter(parts.now),
    findKey: gather((keys: string[]) => findKeys(parts, keys), MOST_KEYS),
    startExport: openChatRequests(parts),
  };
}

/** Most calls whose keys are looked up together; those of a burst are mostly one. */
const MOST_KEYS = 1000;

async function findKeys(parts: Parts, keys: string[]): Promise<Awaited<ReturnType<FindKey>>[]> {
  const found = new Map<string, ReturnType<FindKey>>();
  for (const key of new Set(keys)) found.set(key, findApiKeySecret(parts, key));
  return Promise.all(keys.map((key) => found.get(key) ?? null));
}

/** Finds out who calls and counts the call, before a body is read; handlers then take {@link callerOf}. */
export function admit({ parts, chat, limiter, findKey }: ServerDoor, operation: Operation) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = await whoIsCalling({ findKey, now: parts.now }, request);
    request.serverCaller = caller;
    const limit = chat.policy.rateLimits[operations[operation]];
    const allowance = limiter.count(`${caller.key} ${operation}`, limit);
    reply.headers({
      'x-ratelimit-limit': allowance.limit,
      'x-ratelimit-remaining': allowance.remaining,
      'x-ratelimit-reset': allowance.resetAt,
    });
    if (!allowance.isExceeded) return;
    const waitSeconds = Math.max(1, allowance.resetAt - Math.floor(parts.now().getTime() / 1000));
    throw refuse('rate_limited', `Too many requests: ${limit} a minute are allowed`, {
      retryAfterSeconds: waitSeconds,
    });
  };
}

/** Throws when a route forgot {@link admit}: a bug, told as one. */
export function callerOf(request: FastifyRequest): ServerCaller {
  if (request.serverCaller === undefined)
    throw new Error(`${request.routeOptions.url} does not ask who is calling`);
  return request.serverCaller;
}
