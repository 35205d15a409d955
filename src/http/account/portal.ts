import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { CategoryWords, LeftOut } from '../../config/resolved.ts';
import { HandoverError } from '../../errors.ts';
import { chooseLanguage, type Language, languages, words } from '../../language/language.ts';
import { findKind, type Parts } from '../../steps/parts.ts';
import { endSession, enterPortal, openPortalSession } from '../../steps/portal-session.ts';
import { answers, problemAnswers, security } from '../answers.ts';
import { limitByAddress, limits } from '../rate-limits.ts';
import { callerOf, type Door, requireCaller } from './context.ts';
import { changeCodes, readCodes } from './own-export.ts';
import { basePath } from './page-layout.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
import { requireApiKey, type SessionCaller } from './who-is-calling.ts';
import { Link, NewPortalSession, Portal } from './wire.ts';

/** How a customer of the product gets to the page: their server opens a session, their browser enters it. */
export async function portalRoutes(app: FastifyInstance, door: Door): Promise<void> {
  const { parts } = door;
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/v1/portal-sessions',
    {
      onRequest: async (request) => void (await requireApiKey(parts, door.failed, request)),
      schema: {
        tags: ['portal'],
        security: security.serverOnly,
        operationId: 'openPortalSession',
        summary: 'Open the Data Export page for one of your users',
        description:
          'Redirect the browser to the url at once: it works once, within five minutes, and signs the browser in for this account only.',
        body: NewPortalSession,
        response: answers({ status: 201, description: 'Where to redirect the browser to.', schema: Link }, [
          'unauthenticated',
          'rate_limited',
          'invalid_request',
          'body_too_large',
          'media_type_unsupported',
          'kind_unknown',
        ]),
      },
    },
    async (request, reply) => {
      const { accountId, user, returnUrl, language, kind } = request.body;
      const link = await openPortalSession(parts, {
        kind: kind ?? null,
        accountId,
        user: { id: user.id, email: user.email, name: user.name ?? null, language: language ?? null },
        returnUrl: returnUrl ?? null,
      });
      return reply.code(201).send(link);
    },
  );

  routes.get(
    '/portal/:token',
    {
      // Whoever only looks (a preview asks with HEAD) must not use the link up.
      exposeHeadRoute: false,
      config: { forPeople: true, ...limitByAddress(limits.portalLink) },
      schema: {
        tags: ['portal'],
        security: security.anybody,
        operationId: 'enterPortal',
        summary: 'Sign a browser in by a one-time link',
        params: z.object({ token: z.string() }),
        response: {
          ...problemAnswers(['portal_link_invalid', 'rate_limited']),
          303: z.null().describe('Signed in: on to the Data Export page.'),
        },
      },
    },
    async (request, reply) => {
      const { sessionToken, expiresAt } = await enterPortal(parts, request.params.token);
      setSessionCookie(reply, parts.publicUrl, { token: sessionToken, expiresAt });
      return reply.redirect(`${basePath(parts.publicUrl)}/`, 303);
    },
  );

  routes.get(
    '/v1/portal',
    {
      onRequest: requireCaller(door),
      schema: {
        tags: ['portal'],
        security: security.sessionOnly,
        operationId: 'getPortal',
        summary: 'What the Data Export page shows',
        querystring: z.object({
          language: z.enum(languages).optional().describe('Instead of the person’s own.'),
        }),
        response: answers(
          { status: 200, description: 'The page, without the exports.', schema: Portal },
          readCodes,
        ),
      },
    },
    async (request) => {
      const caller = sessionOf(callerOf(request));
      const wishes = [
        request.query.language,
        caller.session.user.language,
        request.headers['accept-language'],
      ];
      return portalView(parts, caller, chooseLanguage(wishes, parts.config.product.language));
    },
  );

  routes.post(
    '/v1/sign-out',
    {
      onRequest: requireCaller(door),
      schema: {
        tags: ['portal'],
        security: security.sessionOnly,
        operationId: 'signOut',
        summary: 'Sign this browser out',
        response: { ...problemAnswers(changeCodes), 204: z.null().describe('Signed out.') },
      },
    },
    async (request, reply) => {
      const { token } = sessionOf(callerOf(request));
      await endSession(parts, token);
      door.streams.closeAll(token);
      clearSessionCookie(reply, parts.publicUrl);
      return reply.code(204).send(null);
    },
  );
}

function sessionOf(caller: ReturnType<typeof callerOf>): SessionCaller {
  if (caller.via === 'session') return caller;
  throw new HandoverError('forbidden', 'This call is for the Data Export page, signed in by its cookie.');
}

function portalView(parts: Parts, { session }: SessionCaller, language: Language): z.infer<typeof Portal> {
  const { product } = parts.config;
  const kind = findKind(parts.config, session.kind);
  return {
    product: { name: product.name, logo: product.logo !== null, support: product.support },
    language,
    languages: [...languages],
    kind: session.kind,
    account: { id: session.accountId },
    user: { id: session.user.id, email: session.user.email, name: session.user.name },
    returnUrl: session.returnUrl,
    policy: {
      confirmByEmail: kind.policy.confirmByEmail,
      confirmationWindowSeconds: Math.round(kind.policy.confirmationWindowMs / 1000),
      downloadWindowSeconds: Math.round(kind.policy.downloadWindowMs / 1000),
      cooldownSeconds: Math.round(kind.policy.cooldownMs / 1000),
    },
    categories: kind.categories.map((category) => categoryView(category, language)),
    leftOut: kind.leftOut.map((entry) => leftOutView(entry, language)),
  };
}

function categoryView(category: CategoryWords, language: Language) {
  const { name, title, description, fields, leftOut, rowsLeftOut } = category;
  return {
    name,
    title: words(title, language),
    description: description === null ? '' : words(description, language),
    fields: fields.map(({ key }) => key),
    leftOut: leftOut.map((entry) => leftOutView(entry, language)),
    rowsLeftOut: rowsLeftOut === null ? null : words(rowsLeftOut, language),
  };
}

function leftOutView({ what, reason, note }: LeftOut, language: Language) {
  return { what, reason, note: note === null ? null : words(note, language) };
}
