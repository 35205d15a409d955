import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Parts } from '../steps/parts.ts';
import { version } from '../version.ts';
import { errorsPage } from './errors-page.ts';
import { tidyDocument } from './openapi.ts';
import { pagePolicy, policyText } from './security-headers.ts';
import { serverApiSecurity, serverApiTag } from './server-api/describe.ts';

/** Starts to note down every route; has to come before the routes. */
export function registerApiNotes(
  app: FastifyInstance,
  { config, publicUrl }: Pick<Parts, 'config' | 'publicUrl'>,
): void {
  const isHttps = publicUrl.startsWith('https:');
  const hasServerApi = config.chat !== null;
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `Data export of ${config.product.name}`,
        version,
        description: introduction,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: [
        { name: 'portal', description: 'How a customer gets to the Data Export page.' },
        { name: 'exports', description: 'The life of an export.' },
        { name: 'download', description: 'The file.' },
        { name: 'operation', description: 'For whatever watches over the process.' },
        ...(hasServerApi ? [serverApiTag] : []),
      ],
      components: {
        securitySchemes: {
          serverKey: {
            type: 'http',
            scheme: 'basic',
            description: 'API key as user, its secret as password: `handover keys create`. For servers only.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: isHttps ? '__Host-handover_session' : 'handover_session',
            description: 'A browser that came in by a portal link.',
          },
          ...(hasServerApi && serverApiSecurity),
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidyDocument(jsonSchemaTransformObject(document)),
  });
}

/** `/openapi.json`, the same as a page at `/docs`, and every error at `/docs/errors`. */
export async function apiDocsRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get('/openapi.json', hidden, (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(app.swagger()),
  );
  const errors = errorsPage(parts);
  app.get('/docs/errors', hidden, (_request, reply) => reply.type('text/html; charset=utf-8').send(errors));
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    logo: { type: 'image/svg+xml', content: '' },
    theme: { title: `API · ${parts.config.product.name}` },
    uiConfig: { deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: 0, layout: 'BaseLayout' },
    staticCSP: policyText(docsPolicy),
  });
}

/** Swagger UI draws its signs from data addresses in its own style sheet. */
const docsPolicy = { ...pagePolicy, 'img-src': ["'self'", 'data:'] };

const introduction = `For servers of the product, and for the Data Export page itself.

Servers send an API key with HTTP Basic and say with \`accountId\` whose exports they mean. The page is signed in by a
cookie. Every refusal is [problem details](https://www.rfc-editor.org/rfc/rfc9457) with a stable \`code\`; all of them
are listed at [/docs/errors](/docs/errors).`;
