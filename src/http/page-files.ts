import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { limitByAddress, limits } from './rate-limits.ts';

/** Where the page is built to. */
export const pageFolder = fileURLToPath(new URL('../../dist/page/', import.meta.url));

/** The Data Export page: one document that is always asked for anew, and files whose names change with their contents. */
export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  const config = { forPeople: true, ...limitByAddress(limits.page) };
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { config, schema: { hide: true } }, (_request, reply) =>
      reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send('The page has not been built yet: npm run page\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: '365d',
  });
  app.get('/', { config, schema: { hide: true } }, (_request, reply) =>
    reply.sendFile('index.html', folder, { cacheControl: false }),
  );
}
