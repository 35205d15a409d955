import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Parts } from '../steps/parts.ts';
import { workersSeen } from '../steps/view-export.ts';
import { security } from './answers.ts';

/** Whether a service can take requests, and if not, why not. */
export interface Readiness {
  isDraining: boolean;
}

const Ready = z
  .object({
    status: z.enum(['ready', 'unready']),
    checks: z.object({
      database: z.enum(['ok', 'failing']).describe('State and queue lie in it.'),
      serving: z.enum(['ok', 'shutting down']),
    }),
    workersAlive: z
      .int()
      .nullable()
      .describe('Without any, exports wait. It does not make this process unready.'),
  })
  .meta({
    id: 'Readiness',
    examples: [{ status: 'ready', checks: { database: 'ok', serving: 'ok' }, workersAlive: 1 }],
  });

/** How long the database may take to answer, in milliseconds, before a load balancer should look elsewhere. */
const PATIENCE_MS = 3000;

/** For whatever watches over the process. Neither says anything about anybody's data. */
export async function healthRoutes(app: FastifyInstance, parts: Parts, readiness: Readiness): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const common = { tags: ['operation'], security: security.anybody };

  routes.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: {
        ...common,
        operationId: 'isAlive',
        summary: 'The process is alive',
        response: { 200: z.object({ status: z.literal('alive') }).describe('It is.') },
      },
    },
    async () => ({ status: 'alive' as const }),
  );

  routes.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        ...common,
        operationId: 'isReady',
        summary: 'The service can take requests',
        response: {
          200: Ready.describe('It can.'),
          503: Ready.describe('It cannot now; `checks` says why.'),
        },
      },
    },
    async (_request, reply) => {
      // The queue lies in the same database, and was started before this server was built.
      const workers = await inTime(workersSeen(parts));
      const database = workers === null ? ('failing' as const) : ('ok' as const);
      const serving = readiness.isDraining ? ('shutting down' as const) : ('ok' as const);
      const isReady = database === 'ok' && serving === 'ok';
      return reply.code(isReady ? 200 : 503).send({
        status: isReady ? ('ready' as const) : ('unready' as const),
        checks: { database, serving },
        workersAlive: workers?.alive ?? null,
      });
    },
  );
}

/** Null when it fails or takes too long. */
async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  try {
    return await Promise.race([answer.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
