import type { FastifyRequest } from 'fastify';
import type { findApiKeySecret } from '../../steps/api-keys.ts';
import type { Parts } from '../../steps/parts.ts';
import { refuse } from './refusals.ts';
import { checkServerToken } from './token.ts';

/** A server of the product, known by its key. */
export interface ServerCaller {
  key: string;
  /** What the operator allows this key instead of the policy's limit; null for no exception. */
  maxMessagesPerUser: number | null;
}

/** Looks up a live key; null when there is none. */
export type FindKey = (key: string) => ReturnType<typeof findApiKeySecret>;

/**
 * Finds out which server calls: `api_key` in the query, `stream-auth-type: jwt`, and a token signed with the key's
 * secret as `Authorization`, without a scheme in front. Checked in that order, each with a refusal of its own.
 * Failures are not counted: a secret cannot be guessed at any rate, and a server with a wrong one must not lock out
 * those that share its address.
 */
export async function whoIsCalling(
  { findKey, now }: { findKey: FindKey; now: Parts['now'] },
  request: FastifyRequest,
): Promise<ServerCaller> {
  const { api_key: apiKey } = request.query as { api_key?: unknown };
  if (apiKey === undefined || apiKey === '') throw refuse('key_missing');
  // Given twice it is a list; with control characters, nothing that a database looks for.
  if (typeof apiKey !== 'string' || /\p{Cc}/u.test(apiKey)) throw refuse('key_unknown');
  const key = await findKey(apiKey);
  if (key === null) throw refuse('key_unknown');
  const { authorization, 'stream-auth-type': authType } = request.headers;
  if (authType === 'anonymous') throw refuse('client_side');
  if (authType !== 'jwt') throw refuse('auth_type_invalid');
  checkServerToken(authorization ?? '', key, now());
  return { key: key.key, maxMessagesPerUser: key.maxMessagesPerUser };
}
