import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { openDownload } from '../../steps/download-export.ts';
import { security } from '../answers.ts';
import { archiveAnswers, archiveSchema, sendArchive } from '../downloads.ts';
import type { Transfers } from '../transfers.ts';
import { callerOf, type Door, requireCaller } from './context.ts';
import { ownExport, readCodes } from './own-export.ts';
import { refuseCrossSite } from './same-origin.ts';
import { ExportId, Subject } from './wire.ts';

/** The file for somebody who is signed in, and for servers: no link needed. */
export async function exportFileRoutes(
  app: FastifyInstance,
  door: Door,
  transfers: Transfers,
): Promise<void> {
  const { parts } = door;
  app.withTypeProvider<ZodTypeProvider>().route({
    method: ['GET', 'HEAD'],
    url: '/v1/exports/:id/archive',
    exposeHeadRoute: false,
    onRequest: requireCaller(door),
    config: { forPeople: true },
    schema: {
      ...archiveSchema,
      security: security.anyCaller,
      operationId: 'downloadArchive',
      summary: 'Download the file',
      params: ExportId,
      querystring: Subject,
      response: archiveAnswers([...readCodes, 'export_not_found', 'export_not_ready']),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      if (caller.via === 'session') refuseCrossSite(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      const download = await openDownload(parts, { id });
      const via = caller.via === 'session' ? 'session' : 'server';
      return sendArchive(transfers, request, reply, download, { via, actor: caller.actor });
    },
  });
}
