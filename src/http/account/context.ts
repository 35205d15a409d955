import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Parts } from '../../steps/parts.ts';
import { type Counter, createCounter, limits } from '../rate-limits.ts';
import type { Streams } from '../streams.ts';
import { type Caller, type FailedAttempts, whoIsCalling } from './who-is-calling.ts';

/** What the routes of the account door share. */
export interface Door {
  parts: Parts;
  failed: FailedAttempts;
  /** Downloads and event streams that are open. */
  streams: Streams;
  sessionWrites: Counter;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link requireCaller}. */
    caller?: Caller;
  }
  interface FastifyContextConfig {
    /** A person gets here by a link: what goes wrong is told as a page. */
    forPeople?: boolean;
  }
}

export function openDoor(app: FastifyInstance, parts: Parts, streams: Streams): Door {
  return {
    parts,
    streams,
    failed: {
      wrongSecret: createCounter(app, limits.wrongSecret),
      wrongSession: createCounter(app, limits.wrongSession),
    },
    sessionWrites: createCounter(app, limits.sessionWrite, (request) =>
      request.caller?.via === 'session' ? request.caller.token : request.ip,
    ),
  };
}

/**
 * Finds out who calls, before a body is read or checked; handlers then take {@link callerOf}. What a session changes
 * is counted.
 */
export function requireCaller(door: Door) {
  return async (request: FastifyRequest): Promise<void> => {
    const caller = await whoIsCalling(door.parts, door.failed, request);
    request.caller = caller;
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (changes && caller.via === 'session') await door.sessionWrites.count(request);
  };
}

/** Throws when a route forgot {@link requireCaller}: a bug, told as one. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined)
    throw new Error(`${request.routeOptions.url} does not ask who is calling`);
  return request.caller;
}
