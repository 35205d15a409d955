import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HandoverError } from '../../errors.ts';
import { exportUserNow } from '../../steps/export-user-now.ts';
import { UserExport } from './answers.ts';
import { admit, callerOf, type ServerDoor } from './context.ts';
import { describe } from './describe.ts';
import { durationOf, sendJson } from './envelope.ts';
import type { Family } from './operations.ts';
import { refuse } from './refusals.ts';
import { UserId } from './requests.ts';

/** One user with everything, in the answer itself. */
export function userRoutes(app: FastifyInstance, door: ServerDoor, family: Family): void {
  const path = family.paths.ExportUser;
  const route = {
    exposeHeadRoute: false,
    config: { operation: 'ExportUser' },
    onRequest: admit(door, 'ExportUser'),
  } as const;
  const answer = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
    const limit = callerOf(request).maxMessagesPerUser;
    const json = await exportUser(door, id, { style: family.instants, limit });
    return sendJson(reply, 200, withDuration(json, durationOf(reply)));
  };

  app.get<{ Params: { user_id: string } }>(path, {
    ...route,
    schema: describe(family, 'ExportUser', {
      summary: 'Export one user at once',
      description:
        'The user with all messages and reactions, in the answer. Refused for a user with more of them than a file of users would hold.',
      params: UserId,
      answer: { status: 200, description: 'The user.', schema: UserExport[family.name] },
      refusals: ['input', 'not_found'],
    }),
    handler: (request, reply) => answer(request, reply, request.params.user_id),
  });

  // Some clients put an id into the path as it is, slashes and all.
  app.get<{ Params: { '*': string } }>(path.replace(':user_id/export', '*'), {
    ...route,
    onRequest: async (request, reply) => {
      if (!request.params['*'].endsWith(END)) return reply.callNotFound();
      return route.onRequest(request, reply);
    },
    schema: { hide: true },
    handler: (request, reply) => answer(request, reply, request.params['*'].slice(0, -END.length)),
  });
}

/**
 * The user with this id. Where there is none and the id has a `+`, the one with spaces in their place: some clients
 * write a space so, and others put a `+` that is one into the path as it is.
 */
async function exportUser(
  { parts }: ServerDoor,
  userId: string,
  options: { style: Family['instants']; limit: number | null },
): Promise<Uint8Array> {
  const spaced = userId.replaceAll('+', ' ');
  for (const candidate of new Set([userId, spaced])) {
    // No id has control characters, and a database refuses to look for one that has.
    const json = /\p{Cc}/u.test(candidate) ? null : await findUser(parts, candidate, options);
    if (json !== null) return json;
  }
  throw refuse('not_found', `Can't find user with id ${userId}`);
}

/** Null when there is no such user. */
async function findUser(
  parts: ServerDoor['parts'],
  userId: string,
  options: { style: Family['instants']; limit: number | null },
): Promise<Uint8Array | null> {
  try {
    return await exportUserNow(parts, { userId, ...options });
  } catch (error) {
    if (error instanceof HandoverError && error.code === 'chat_not_found') return null;
    throw error;
  }
}

const END = '/export';

/** The JSON object with one more member at its end. */
function withDuration(json: Uint8Array, duration: string): Uint8Array {
  return Buffer.concat([json.subarray(0, -1), Buffer.from(`,"duration":"${duration}"}`)]);
}
