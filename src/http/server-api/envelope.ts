import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeJson } from './json.ts';
import { refusalOf, refusals } from './refusals.ts';

/** How every refusal and fault of the server API looks. The spelling of each name is what clients read. */
export interface Envelope {
  code: number;
  /** `GetTask failed with error: "…"`; the inner text stands as it is, quotes and all. */
  message: string;
  StatusCode: number;
  duration: string;
  more_info: string;
  details: number[];
  /** By the name of a field: what is wrong with it. */
  exception_fields?: Record<string, string>;
}

/** Answers with whatever was thrown. A fault is logged and tells only its number. */
export function sendRefusal(
  { publicUrl }: { publicUrl: string },
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const { refusal, text, fields, retryAfterSeconds } = refusalOf(error);
  const { status, code } = refusals[refusal];
  if (refusal === 'fault') request.log.error({ err: error }, 'request failed');
  else request.log.debug({ refusal }, 'request refused');
  const operation = request.routeOptions?.config?.operation ?? 'Request';
  const words = refusal === 'fault' ? `${text}, request ${request.id}` : text;
  const envelope: Envelope = {
    code,
    message: `${operation} failed with error: "${words}"`,
    StatusCode: status,
    duration: durationOf(reply),
    more_info: `${publicUrl}/docs/errors#server-api-${code}`,
    details: [],
    ...(Object.keys(fields).length > 0 && { exception_fields: fields }),
  };
  if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
  // RFC 9110 wants a 401 to name a scheme; this one has no registered name.
  if (status === 401) reply.header('www-authenticate', 'JWT');
  return sendJson(reply, status, envelope);
}

/** An answer with its `duration`. */
export function sendAnswer(reply: FastifyReply, status: 200 | 201, facts: object): FastifyReply {
  return sendJson(reply, status, { ...facts, duration: durationOf(reply) });
}

export function sendJson(reply: FastifyReply, status: number, body: object | Uint8Array): FastifyReply {
  reply.code(status).header('cache-control', 'no-store').type('application/json');
  return reply.send(body instanceof Uint8Array ? body : writeJson(body));
}

/** Since the call came in: `18.82ms`. */
export function durationOf(reply: FastifyReply): string {
  return `${reply.elapsedTime.toFixed(2)}ms`;
}
