import type { FastifyInstance } from 'fastify';
import type { Rush } from '../../rush.ts';
import type { Parts } from '../../steps/parts.ts';
import type { Transfers } from '../transfers.ts';
import { openServerDoor } from './context.ts';
import { sendRefusal } from './envelope.ts';
import { exportRoutes } from './exports.ts';
import { parseJson } from './json.ts';
import { families } from './operations.ts';
import { refuse } from './refusals.ts';
import { signedFileRoutes } from './signed-file.ts';
import { taskRoutes } from './tasks.ts';
import { userRoutes } from './users.ts';

/**
 * The server door: servers of the product export channels and users with the SDKs of a chat API. There is nothing here
 * where the config maps no tables to that.
 */
export async function serverApiRoutes(
  app: FastifyInstance,
  parts: Parts,
  transfers: Transfers,
  rush?: Rush,
): Promise<void> {
  const { chat } = parts.config;
  if (chat === null) return;
  const door = openServerDoor(parts, chat);
  app.register((scope) => signedFileRoutes(scope, parts, transfers));
  app.register(async (scope) => {
    speakAsTheApi(scope, parts);
    if (rush) countCalls(scope, rush);
    for (const family of families) {
      exportRoutes(scope, door, family);
      taskRoutes(scope, door, family);
      userRoutes(scope, door, family);
    }
  });
}

/** Bodies, checks and refusals of this scope are those of the API, not of the rest of the site. */
function speakAsTheApi(scope: FastifyInstance, parts: Parts): void {
  scope.setErrorHandler((error, request, reply) => sendRefusal(parts, request, reply, error));
  // Schemas describe the calls; bodies are checked where they are read, so that refusals have the API's own words.
  scope.setValidatorCompiler(() => (value) => ({ value }));
  scope.removeAllContentTypeParsers();
  // Whatever a client calls its body, it is JSON: the token keeps forms of other sites out.
  scope.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    if (body.length === 0) return undefined;
    try {
      return parseJson(body);
    } catch {
      throw refuse('input', 'the request body is not valid JSON');
    }
  });
  scope.addHook('onResponse', async (request) => {
    const client = String(request.headers['x-stream-client'] ?? '').slice(0, 200);
    request.log.info(
      { operation: request.routeOptions.config.operation, key: request.serverCaller?.key, client },
      'call',
    );
  });
}

/** Files are not among them: their downloads take long, and no client gives up on one. */
function countCalls(scope: FastifyInstance, rush: Rush): void {
  scope.addHook('onRequest', async (_request, reply) => {
    rush.arrive();
    // Also when the client goes away before it is answered: `onResponse` would not be told.
    reply.raw.once('close', rush.leave);
  });
}
