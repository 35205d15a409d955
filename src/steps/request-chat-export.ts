import { randomUUID } from 'node:crypto';
import type { ChatRequest } from '../chat/request.ts';
import { HandoverError } from '../errors.ts';
import { gather } from '../gather.ts';
import { insertServerExports, type ServerExport } from '../lifecycle/server-exports-table.ts';
import { type Parts, requireChat } from './parts.ts';
import { queueProcessingOfMany } from './process-export.ts';

type RequestParts = Pick<Parts, 'config' | 'db' | 'queue' | 'builder' | 'now'>;

/** Most exports that one transaction starts. */
const MOST = 250;

/**
 * Asks for channels or users, on behalf of a product's server: nobody confirms, many may run at once, and those that
 * are asked for at the same time are started by one transaction. Resolves to the id. Throws `chat_not_found` naming
 * those that do not exist, and `chat_unset`.
 */
export function openChatRequests(
  parts: RequestParts,
): (asked: { request: ChatRequest; apiKey: string }) => Promise<string> {
  const start = gather((exports: ServerExport[]) => startAll(parts, exports), MOST);
  return async ({ request, apiKey }) => {
    requireChat(parts.config);
    const missing = await parts.builder.findMissing(request);
    if (missing.length > 0) {
      throw new HandoverError('chat_not_found', undefined, { details: { about: request.about, missing } });
    }
    return start({ id: randomUUID(), subjectId: subjectOf(request), request, apiKey });
  };
}

async function startAll(parts: RequestParts, exports: ServerExport[]): Promise<string[]> {
  await parts.db.transaction(async (tx) => {
    const turns = await insertServerExports(tx, exports, parts.now());
    await queueProcessingOfMany(
      parts,
      tx,
      exports.map(({ id, request, apiKey }) => {
        const turn = turns.get(id);
        if (turn === undefined) throw new Error('A new export was not inserted.');
        return { id, kind: request.about, door: 'server', apiKey, turn };
      }),
    );
  });
  return exports.map(({ id }) => id);
}

/** For lists and logs: the first, and how many more. */
function subjectOf(request: ChatRequest): string {
  const names =
    request.about === 'users' ? request.userIds : request.channels.map(({ type, id }) => `${type}:${id}`);
  const more = names.length - 1;
  return more > 0 ? `${names[0]} and ${more} more` : `${names[0]}`;
}
