import type { FastifyInstance } from 'fastify';
import { HandoverError } from '../errors.ts';

/**
 * Bodies are JSON or nothing: a form of another site cannot send JSON. An empty body counts as none, since many
 * clients name a content type whether they send something or not.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') return done(null, undefined);
    return parseJson(request, body, (error, value) =>
      error ? done(new HandoverError('invalid_request', NOT_JSON)) : done(null, value),
    );
  });
}

/** What the parser says of it may quote the body. */
const NOT_JSON = 'The body of the request is not valid JSON: check its quotes, commas and brackets.';
