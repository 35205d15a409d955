import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Parts } from '../../steps/parts.ts';
import { openSignedDownload } from '../../steps/signed-address.ts';
import { security } from '../answers.ts';
import { archiveAnswers, archiveSchema, sendArchive } from '../downloads.ts';
import type { Transfers } from '../transfers.ts';

/**
 * The file of a task by its signed address: whoever has it gets the file with a plain GET until it expires. It proves
 * itself, so a made-up one costs no look at the database, and nothing has to be limited.
 */
export async function signedFileRoutes(
  app: FastifyInstance,
  parts: Parts,
  transfers: Transfers,
): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().route({
    method: ['GET', 'HEAD'],
    url: '/exports/:about/:id/:fileName',
    exposeHeadRoute: false,
    config: { forPeople: true },
    schema: {
      ...archiveSchema,
      security: security.anybody,
      operationId: 'downloadBySignedAddress',
      summary: 'Download the file of a task by its address',
      params: z.object({ about: z.enum(['channels', 'users']), id: z.string(), fileName: z.string() }),
      querystring: z.object({
        expires: z.string().default('').describe('Unix seconds.'),
        signature: z.string().default(''),
      }),
      response: archiveAnswers(['address_invalid'], ['application/json', 'application/x-ndjson', 'text/csv']),
    },
    handler: async (request, reply) => {
      const { about, id, fileName } = request.params;
      const path = `exports/${about}/${id}/${fileName}`;
      const download = await openSignedDownload(parts, { path, ...request.query });
      return sendArchive(transfers, request, reply, download, { via: 'link' });
    },
  });
}
