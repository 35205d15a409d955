import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InstantStyle } from '../../chat/request.ts';
import type { DataExport } from '../../lifecycle/data-export.ts';
import { findServerExport } from '../../steps/server-export.ts';
import { signAddress } from '../../steps/signed-address.ts';
import { Task } from './answers.ts';
import { admit, callerOf, type ServerDoor } from './context.ts';
import { describe } from './describe.ts';
import { sendAnswer } from './envelope.ts';
import { formatInstant } from './instants.ts';
import type { Family } from './operations.ts';
import { refuse } from './refusals.ts';
import { TaskId } from './requests.ts';

/** A *task* is what a server calls its export while it asks how it is doing. Both paths take the id of any. */
export function taskRoutes(app: FastifyInstance, door: ServerDoor, family: Family): void {
  const handler = async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) => {
    const data = await findTask(door, request.params.id, callerOf(request).key);
    return sendAnswer(reply, 200, await viewTask(door, data, family.instants));
  };
  for (const operation of ['GetTask', 'GetExportChannelsStatus'] as const) {
    app.get(family.paths[operation], {
      exposeHeadRoute: false,
      config: { operation },
      onRequest: admit(door, operation),
      schema: describe(family, operation, {
        summary: operation === 'GetTask' ? 'See how an export is doing' : 'The same, by its older name',
        description:
          'Poll it until `status` is `completed` or `failed`. A completed task has an address of the file, made anew at each call.',
        params: TaskId,
        answer: { status: 200, description: 'The task.', schema: Task[family.name] },
        refusals: ['not_found'],
      }),
      handler,
    });
  }
}

/** A task of the calling key; that of another one does not exist for it. Refuses one whose file is gone. */
async function findTask({ parts }: ServerDoor, id: string, key: string): Promise<DataExport> {
  const data = await findServerExport(parts, id, key);
  if (data === null) throw refuse('not_found', `Can't find task with id "${id}"`);
  const goneAt = data.status === 'expired' ? (data.endedAt ?? data.expiresAt) : data.expiresAt;
  const isGone =
    data.status === 'expired' || (data.status === 'completed' && goneAt && goneAt <= parts.now());
  if (!isGone) return data;
  const day = goneAt?.toISOString() ?? 'an unknown day';
  throw refuse('not_found', `Task "${id}" has expired: its file was deleted on ${day}. Export again`);
}

async function viewTask({ parts }: ServerDoor, data: DataExport, style: InstantStyle): Promise<object> {
  const times = [data.requestedAt, data.startedAt, data.completedAt, data.endedAt];
  const updatedAt = new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)));
  return {
    task_id: data.id,
    status: statuses[data.status],
    created_at: formatInstant(data.requestedAt, style),
    updated_at: formatInstant(updatedAt, style),
    ...(data.status === 'completed' && { result: await resultOf(parts, data) }),
    ...(statuses[data.status] === 'failed' && { error: errorOf(data) }),
  };
}

/** Clients know these five words and no other. A server's export begins confirmed, so `pending` is never told. */
const statuses = {
  pending: 'pending',
  confirmed: 'waiting',
  processing: 'running',
  completed: 'completed',
  expired: 'completed',
  failed: 'failed',
  cancelled: 'failed',
} as const satisfies Record<DataExport['status'], string>;

async function resultOf(parts: ServerDoor['parts'], data: DataExport): Promise<object> {
  const { url, path } = await signAddress(parts, data);
  return {
    url,
    path,
    s3_bucket_name: BUCKET,
    ...(data.cuts.length > 0 && { truncated: data.cuts.map(viewCut) }),
    ...(data.gaps.length > 0 && { gaps: data.gaps.map(viewGap) }),
  };
}

/** There is no bucket that a client could open; some want a name. */
const BUCKET = 'handover';

function viewCut({ userId, messagesTotal, messagesExported }: DataExport['cuts'][number]): object {
  return { user_id: userId, messages_total: messagesTotal, messages_exported: messagesExported };
}

function viewGap({ category, ...rows }: DataExport['gaps'][number]): object {
  return {
    section: category,
    rows_in_scope: rows.rowsInScope,
    rows_left_out: rows.rowsLeftOut,
    rows_exported: rows.rowsExported,
    rows_failed: rows.rowsFailed,
  };
}

function errorOf({ status, failure }: DataExport): object {
  if (status === 'cancelled') return { type: 'cancelled', description: 'The export was cancelled.' };
  return {
    type: failure?.code ?? 'internal',
    description: failure?.message ?? 'The export failed.',
  };
}
