import type { FastifySchema } from 'fastify';
import type { z } from 'zod';
import { refusalAnswers } from './answers.ts';
import type { Family, Operation } from './operations.ts';
import type { RefusalName } from './refusals.ts';

export const serverApiTag = {
  name: 'server API',
  description:
    'Channels and users, for servers. The paths, answers and refusals of a chat API whose SDKs work here by base URL alone, in two families: v1 at the root with instants in RFC 3339, v2 under `/api/v2` with instants in unix nanoseconds.',
};

/** All three at once; SDKs send them by themselves. */
export const serverApiSecurity = {
  apiKey: { type: 'apiKey', in: 'query', name: 'api_key', description: 'The API key.' },
  authType: { type: 'apiKey', in: 'header', name: 'stream-auth-type', description: 'Always `jwt`.' },
  serverToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      "A JWT, signed with the key's secret by HS256, without `user_id` and without `Bearer` in front of it.",
  },
} as const;

/** The part of a route that documents it. */
export function describe(
  family: Family,
  operation: Operation,
  call: {
    summary: string;
    description: string;
    body?: z.ZodType;
    params?: z.ZodType;
    answer: { status: 200 | 201; description: string; schema: z.ZodType };
    refusals?: RefusalName[];
  },
): FastifySchema {
  const { summary, description, body, params, answer } = call;
  return {
    tags: [serverApiTag.name],
    operationId: family.name === 'v2' ? operation : `${operation}V1`,
    summary: `${summary} (${family.name})`,
    description,
    security: [{ apiKey: [], authType: [], serverToken: [] }],
    ...(body && { body }),
    ...(params && { params }),
    response: {
      ...refusalAnswers([...(body ? bodyRefusals : []), ...anyCall, ...(call.refusals ?? [])]),
      [answer.status]: {
        description: answer.description,
        content: { 'application/json': { schema: answer.schema } },
      },
    },
  };
}

const bodyRefusals: RefusalName[] = ['input', 'body_too_large'];
const anyCall: RefusalName[] = [
  'key_missing',
  'key_unknown',
  'auth_type_invalid',
  'token_segments',
  'token_malformed',
  'token_algorithm',
  'token_expired',
  'token_too_early',
  'token_from_future',
  'token_signature',
  'client_side',
  'rate_limited',
  'fault',
];
