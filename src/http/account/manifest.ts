import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { contentDisposition } from '../../archive/file-name.ts';
import { Manifest } from '../../archive/manifest.ts';
import { keySetOf } from '../../archive/manifest-signature.ts';
import { HandoverError } from '../../errors.ts';
import { readManifest } from '../../steps/read-manifest.ts';
import { findServerExport } from '../../steps/server-export.ts';
import { answers, security } from '../answers.ts';
import { callerOf, type Door, requireCaller } from './context.ts';
import { ownExport, readCodes } from './own-export.ts';
import { refuseCrossSite } from './same-origin.ts';
import { requireApiKey } from './who-is-calling.ts';
import { ExportId, KeySet, Subject } from './wire.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The API key of a server that names no account: it means an export that it asked for itself. */
    ownKey?: string;
  }
}

/** What an archive says of itself, beside it and also when it is gone; and the key by which that can be checked. */
export async function manifestRoutes(app: FastifyInstance, door: Door): Promise<void> {
  const { parts } = door;
  const keySet = await keySetOf(parts.vault.signer.publicKey);
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.get(
    '/v1/exports/:id/manifest',
    {
      onRequest: requireCallerOrKey(door),
      schema: {
        tags: ['exports'],
        security: security.anyCaller,
        operationId: 'getManifest',
        summary: 'See what the file is',
        description:
          'Counts, sizes and hashes of the file and of each category, which fields left and what stays, signed. Also after the file is gone. An export of a server is found by the key that asked for it, without `accountId`.',
        params: ExportId,
        querystring: Subject,
        response: answers({ status: 200, description: 'The manifest.', schema: Manifest }, [
          ...readCodes,
          'export_not_found',
          'export_not_ready',
          'manifest_not_ready',
          'manifest_not_found',
        ]),
      },
    },
    async (request, reply) => {
      const data = await findWanted(door, request, request.params.id);
      const text = await readManifest(parts, data);
      return send(reply, data.id, text);
    },
  );

  routes.get(
    '/.well-known/handover-keys.json',
    {
      schema: {
        tags: ['exports'],
        security: security.anybody,
        operationId: 'getSigningKeys',
        summary: 'The key that signs manifests',
        response: answers({ status: 200, description: 'The key set.', schema: KeySet }, []),
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return keySet;
    },
  );
}

function requireCallerOrKey(door: Door) {
  const requireAccount = requireCaller(door);
  return async (request: FastifyRequest): Promise<void> => {
    const { accountId } = request.query as { accountId?: string };
    if (request.headers.authorization === undefined || accountId !== undefined)
      return requireAccount(request);
    request.ownKey = (await requireApiKey(door.parts, door.failed, request)).key;
  };
}

async function findWanted({ parts }: Door, request: FastifyRequest, id: string) {
  const key = request.ownKey;
  if (key === undefined) {
    const caller = callerOf(request);
    if (caller.via === 'session') refuseCrossSite(request);
    return ownExport(parts, caller, id);
  }
  const data = await findServerExport(parts, id, key);
  if (data) return data;
  throw new HandoverError(
    'export_not_found',
    'This key asked for no such export. For one of an account, add ?accountId=… to say which.',
  );
}

/** As it was signed and stored, byte for byte. */
function send(reply: FastifyReply, id: string, text: string): FastifyReply {
  return reply
    .header('content-disposition', contentDisposition(`${id}.manifest.json`))
    .type('application/json; charset=utf-8')
    .send(Buffer.from(text));
}
