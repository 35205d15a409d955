import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { HandoverError } from '../../errors.ts';
import { cancelExport } from '../../steps/cancel-export.ts';
import { deleteArchive } from '../../steps/delete-archive.ts';
import { createDownloadLink } from '../../steps/download-export.ts';
import { resendConfirmation } from '../../steps/resend-confirmation.ts';
import { retryExport } from '../../steps/retry-export.ts';
import { answers, security } from '../answers.ts';
import { callerOf, type Door, requireCaller } from './context.ts';
import { changeCodes, ownExport, viewOf } from './own-export.ts';
import { Export, ExportId, Link, Subject } from './wire.ts';

/** What can be done to one export: each call names an export of the caller's account and a change of its life. */
export async function exportActionRoutes(app: FastifyInstance, door: Door): Promise<void> {
  const { parts } = door;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.addHook('onRequest', requireCaller(door));
  const one = {
    tags: ['exports'],
    security: security.anyCaller,
    querystring: Subject,
    params: ExportId,
  };

  routes.post(
    '/v1/exports/:id/resend',
    {
      schema: {
        ...one,
        operationId: 'resendConfirmation',
        summary: 'Send the confirmation mail again',
        description: 'With a fresh link; the earlier ones keep working.',
        response: answers({ status: 202, description: 'A mail is on its way.', schema: Export }, [
          ...changeCodes,
          'export_not_found',
          'export_not_pending',
          'resend_too_soon',
        ]),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      await resendConfirmation(parts, id, caller.actor);
      return reply.code(202).send(await viewOf(parts, id));
    },
  );

  routes.post(
    '/v1/exports/:id/cancel',
    {
      schema: {
        ...one,
        operationId: 'cancelExport',
        summary: 'Take an export back',
        description: 'Possible until its file is ready. What was written so far is deleted.',
        response: answers({ status: 200, description: 'The cancelled export.', schema: Export }, [
          ...changeCodes,
          'export_not_found',
          'export_not_cancellable',
        ]),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      await cancelExport(parts, id, caller.actor);
      return viewOf(parts, id);
    },
  );

  routes.post(
    '/v1/exports/:id/retry',
    {
      schema: {
        ...one,
        operationId: 'retryExport',
        summary: 'Try a failed export again',
        description: 'For servers only. It needs no new confirmation.',
        security: security.serverOnly,
        response: answers({ status: 200, description: 'The export, confirmed again.', schema: Export }, [
          ...changeCodes,
          'export_not_found',
          'export_not_failed',
          'export_active',
        ]),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      if (caller.via !== 'key') {
        throw new HandoverError(
          'forbidden',
          'Only a server can retry a failed export. On the page, request a new one: a failed one does not count.',
        );
      }
      await retryExport(parts, id, caller.actor);
      return viewOf(parts, id);
    },
  );

  routes.post(
    '/v1/exports/:id/download-link',
    {
      schema: {
        ...one,
        operationId: 'createDownloadLink',
        summary: 'Make a download link',
        description: 'It works without signing in, for this export only, until the file expires.',
        response: answers({ status: 201, description: 'The link.', schema: Link }, [
          ...changeCodes,
          'export_not_found',
          'export_not_ready',
        ]),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      return reply.code(201).send(await createDownloadLink(parts, id, caller.actor));
    },
  );

  routes.delete(
    '/v1/exports/:id/archive',
    {
      schema: {
        ...one,
        operationId: 'deleteArchive',
        summary: 'Delete the file now',
        description: 'Ends the download window: key and bytes are gone for good. The cooldown stays.',
        response: answers({ status: 200, description: 'The expired export.', schema: Export }, [
          ...changeCodes,
          'export_not_found',
          'export_not_ready',
        ]),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = await ownExport(parts, caller, request.params.id);
      await deleteArchive(parts, id, caller.actor);
      return viewOf(parts, id);
    },
  );
}
