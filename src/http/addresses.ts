import type { IncomingMessage } from 'node:http';
import type { FastifyServerOptions } from 'fastify';
import type { Parts } from '../steps/parts.ts';
import { answerStray } from './error-answers.ts';

/**
 * How addresses are read. Ids are the product's own: they may be long, and some clients put them into a path as they
 * are, so that a `%` in one begins no escape. What cannot be read even so is refused in the shape of all refusals.
 */
export function addressOptions(
  parts: Parts,
): Pick<FastifyServerOptions, 'frameworkErrors' | 'rewriteUrl' | 'routerOptions'> {
  return {
    routerOptions: { maxParamLength: LONGEST_ID },
    rewriteUrl: escapeStrayPercents,
    frameworkErrors: (error, request, reply) => {
      answerStray(parts, request, reply, error);
    },
  };
}

const LONGEST_ID = 2000;

function escapeStrayPercents({ url = '/' }: IncomingMessage): string {
  if (!url.includes('%')) return url;
  const [path = '', ...query] = url.split('?');
  return [path.replace(/%(?![0-9a-f]{2})/gi, '%25'), ...query].join('?');
}
