import type { FastifyInstance } from 'fastify';
import { csvHeader } from '../../chat/csv.ts';
import { TaskStarted } from './answers.ts';
import { readChannelsRequest, readUsersRequest } from './chat-request.ts';
import { admit, callerOf, type ServerDoor } from './context.ts';
import { describe } from './describe.ts';
import { sendAnswer } from './envelope.ts';
import type { Family } from './operations.ts';
import { ExportChannelsBody, ExportUsersBody } from './requests.ts';

/** Exports are asked for here; what becomes of them is told by `tasks.ts`. */
export function exportRoutes(app: FastifyInstance, door: ServerDoor, family: Family): void {
  const { chat } = door;
  const { policy } = chat;

  app.post(family.paths.ExportChannels, {
    bodyLimit: BODY_LIMIT_BYTES,
    config: { operation: 'ExportChannels' },
    onRequest: admit(door, 'ExportChannels'),
    schema: describe(family, 'ExportChannels', {
      summary: 'Export channels',
      description:
        'Starts a task that writes the channels with their messages and members into one file. A channel that does not exist is refused at once.',
      body: ExportChannelsBody,
      answer: { status: 201, description: 'The task is waiting.', schema: TaskStarted },
    }),
    handler: async (request, reply) => {
      const { key } = callerOf(request);
      const asked = readChannelsRequest(request.body, policy);
      const includeFields = asked.format === 'csv' ? csvHeader(chat, asked.includeFields) : [];
      const id = await door.startExport({ request: { ...asked, includeFields }, apiKey: key });
      return sendAnswer(reply, 201, { task_id: id });
    },
  });

  app.post(family.paths.ExportUsers, {
    bodyLimit: BODY_LIMIT_BYTES,
    config: { operation: 'ExportUsers' },
    onRequest: admit(door, 'ExportUsers'),
    schema: describe(family, 'ExportUsers', {
      summary: 'Export users',
      description:
        'Starts a task that writes the users with their messages, reactions and calls into one file, one JSON object a line. A user that does not exist is refused at once.',
      body: ExportUsersBody,
      answer: { status: 201, description: 'The task is waiting.', schema: TaskStarted },
    }),
    handler: async (request, reply) => {
      const { key, maxMessagesPerUser } = callerOf(request);
      const most = maxMessagesPerUser ?? policy.messagesPerUser;
      const asked = readUsersRequest(request.body, policy, most);
      const id = await door.startExport({ request: asked, apiKey: key });
      return sendAnswer(reply, 201, { task_id: id });
    },
  });
}

/** A thousand channels, if a policy allows so many, by long names and with both bounds. */
const BODY_LIMIT_BYTES = 1024 * 1024;
