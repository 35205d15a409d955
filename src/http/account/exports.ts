import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Requester } from '../../lifecycle/data-export.ts';
import type { Parts } from '../../steps/parts.ts';
import { requestExport } from '../../steps/request-export.ts';
import { requestAllowance, viewExports, workersSeen } from '../../steps/view-export.ts';
import { watchExport } from '../../steps/watch-export.ts';
import { answers, security } from '../answers.ts';
import { type StreamEvent, sendEvents } from '../streams.ts';
import { invalidField } from '../validation.ts';
import { callerOf, type Door, requireCaller } from './context.ts';
import { changeCodes, ownExport, readCodes, subjectOf, viewOf } from './own-export.ts';
import type { Caller } from './who-is-calling.ts';
import { Export, ExportId, ExportList, NewExport, Subject } from './wire.ts';

/** Exports of one account: seen, watched, and asked for. */
export async function exportRoutes(app: FastifyInstance, door: Door): Promise<void> {
  const { parts } = door;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.addHook('onRequest', requireCaller(door));
  const common = { tags: ['exports'], security: security.anyCaller, querystring: Subject };
  const one = { ...common, params: ExportId };

  routes.get(
    '/v1/exports',
    {
      schema: {
        ...common,
        operationId: 'listExports',
        summary: 'List the exports of an account',
        description:
          'Also says whether a new one can be requested now, and whether anybody is there to do the work.',
        response: answers({ status: 200, description: 'The exports.', schema: ExportList }, readCodes),
      },
    },
    async (request) => {
      const subject = subjectOf(callerOf(request));
      const [exports, allowance, workers] = await Promise.all([
        viewExports(parts, subject),
        requestAllowance(parts, subject),
        workersSeen(parts),
      ]);
      return { exports, request: allowance, workers, now: parts.now() };
    },
  );

  routes.post(
    '/v1/exports',
    {
      schema: {
        ...common,
        operationId: 'requestExport',
        summary: 'Request an export',
        description:
          'It waits for the confirmation by e-mail, unless the policy does without. One export of an account can be active at a time.',
        body: NewExport,
        response: answers({ status: 201, description: 'The new export.', schema: Export }, [
          ...changeCodes,
          'export_active',
          'export_cooldown',
        ]),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const requester = requesterOf(caller, request.body?.user);
      const data = await requestExport(parts, { ...subjectOf(caller), requester, actor: caller.actor });
      return reply.code(201).send(await viewOf(parts, data.id));
    },
  );

  routes.get(
    '/v1/exports/:id',
    {
      schema: {
        ...one,
        operationId: 'getExport',
        summary: 'See one export',
        response: answers({ status: 200, description: 'The export.', schema: Export }, [
          ...readCodes,
          'export_not_found',
        ]),
      },
    },
    (request) => ownExport(parts, callerOf(request), request.params.id),
  );

  routes.get(
    '/v1/exports/:id/events',
    {
      exposeHeadRoute: false,
      schema: {
        ...one,
        operationId: 'watchExport',
        summary: 'Watch one export',
        description:
          'Server-sent events: one named `export` at once and then on each change, its data an Export as JSON. Comments keep the connection open. The stream ends when the export has; asked again after that, the answer is 204.',
        response: {
          ...answers(
            { status: 200, description: 'The events.', schema: EventText, contentType: 'text/event-stream' },
            [...readCodes, 'export_not_found'],
          ),
          204: z.null().describe('The client has seen the end.'),
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const view = await ownExport(parts, caller, request.params.id);
      if (request.headers['last-event-id'] === LAST_EVENT) return reply.code(204).send(null);
      const [key, most] =
        caller.via === 'session' ? [caller.token, SESSION_STREAMS] : [caller.actor, SERVER_STREAMS];
      const stream = door.streams.open(key, most);
      const signedOut = caller.via === 'session' && abortAt(stream, caller.session.expiresAt, parts.now());
      try {
        await sendEvents(reply, changes(parts, view.id, stream.signal), stream);
      } finally {
        if (signedOut) clearTimeout(signedOut);
        door.streams.close(key, stream);
      }
    },
  );
}

/** A browser opens at most six connections to one origin (HTTP/1.1), so a session needs no more streams. */
const SESSION_STREAMS = 6;
/** A server may watch for many accounts at once. */
const SERVER_STREAMS = 200;

const EventText = z
  .string()
  .meta({ examples: ['id: 1\nevent: export\ndata: {"id":"4f0c3a0e-…","status":"processing"}\n\n'] });

/** The id of the event that tells the end: a browser that reconnects after it is told to stop. */
const LAST_EVENT = 'ended';
const ended: ReadonlySet<string> = new Set(['expired', 'failed', 'cancelled']);

async function* changes(parts: Parts, id: string, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  let count = 0;
  for await (const view of watchExport(parts, id, signal)) {
    const isLast = ended.has(view.status);
    count++;
    yield { id: isLast ? LAST_EVENT : String(count), event: 'export', data: Export.parse(view) };
    if (isLast) return;
  }
}

function abortAt(stream: AbortController, at: Date, now: Date): NodeJS.Timeout {
  return setTimeout(() => stream.abort(), Math.max(0, at.getTime() - now.getTime())).unref();
}

/** Who asks: the person of the session, or whom the server names. */
function requesterOf(caller: Caller, user: NonNullable<z.infer<typeof NewExport>>['user']): Requester {
  if (caller.via === 'session') return caller.session.user;
  if (user === undefined) {
    throw invalidField(
      'user',
      'required',
      '`user` is missing: say who asks, as {"user": {"id": "…", "email": "…"}}.',
    );
  }
  return { id: user.id, email: user.email, name: user.name ?? null, language: user.language ?? null };
}
