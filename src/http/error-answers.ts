import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { HandoverError } from '../errors.ts';
import { chooseLanguage } from '../language/language.ts';
import type { Parts } from '../steps/parts.ts';
import { renderProblemPage } from './account/explain.ts';
import { describeProblem, retryAfterSeconds } from './problem.ts';
import { sendRefusal } from './server-api/envelope.ts';
import { isServerApiAddress } from './server-api/operations.ts';
import { invalidRequest } from './validation.ts';

/** Whatever goes wrong is told in one shape: problem details for programs, a calm page for people. */
export function registerErrorAnswers(app: FastifyInstance, parts: Parts): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const invalid = hasZodFastifySchemaValidationErrors(error);
    return sendProblem(
      parts,
      request,
      reply,
      invalid ? invalidRequest(error.validation, error.validationContext ?? 'body') : error,
    );
  });
  app.setNotFoundHandler(async (request, reply) =>
    answerStray(
      parts,
      request,
      reply,
      new HandoverError('not_found', 'There is nothing at this address, or not by this method. See /docs.'),
    ),
  );
}

/** A request that reached no route: whose client it is shows by its address. */
export function answerStray(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const send = isServerApiAddress(request.raw.url ?? '') ? sendRefusal : sendProblem;
  return send(parts, request, reply, error);
}

function sendProblem(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const problem = describeProblem(error, { publicUrl: parts.publicUrl, requestId: request.id });
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
  else request.log.debug({ code: problem.code }, 'request refused');

  const waitSeconds = retryAfterSeconds(problem, parts.now());
  if (waitSeconds !== null) reply.header('retry-after', waitSeconds);
  if (problem.status === 401) reply.header('www-authenticate', challenge(request));
  reply.code(problem.status).header('cache-control', 'no-store');
  if (!wantsPage(request)) return reply.type('application/problem+json').send(JSON.stringify(problem));
  const language = chooseLanguage([request.headers['accept-language']], parts.config.product.language);
  return reply.type('text/html; charset=utf-8').send(renderProblemPage(parts, problem, language));
}

/**
 * A 401 has to name a scheme (RFC 9110, 11.6.1). Basic is named only to those who tried it: any browser would ask
 * its user for a name and a password that nobody has.
 */
function challenge(request: FastifyRequest): string {
  return request.headers.authorization === undefined
    ? 'Session realm="Data Export page"'
    : 'Basic realm="Handover API", charset="UTF-8"';
}

/** The API answers programs, even when a browser shows the answer. */
function wantsPage(request: FastifyRequest): boolean {
  const isForPeople = request.routeOptions.config?.forPeople ?? !request.url.startsWith('/v1/');
  return isForPeople && (request.headers.accept?.includes('text/html') ?? false);
}
