import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The cookie that signs a browser in. Behind https it has the `__Host-` prefix, with which a browser takes it only
 * from this very host, over https, for all paths: no neighbour on another subdomain can plant one.
 */
export function readSessionCookie(request: FastifyRequest, publicUrl: string): string | null {
  return request.cookies[cookieName(publicUrl)] ?? null;
}

export function setSessionCookie(
  reply: FastifyReply,
  publicUrl: string,
  session: { token: string; expiresAt: Date },
): void {
  reply.setCookie(cookieName(publicUrl), session.token, {
    ...attributes(publicUrl),
    expires: session.expiresAt,
  });
}

export function clearSessionCookie(reply: FastifyReply, publicUrl: string): void {
  reply.clearCookie(cookieName(publicUrl), attributes(publicUrl));
}

function cookieName(publicUrl: string): string {
  return isHttps(publicUrl) ? '__Host-handover_session' : 'handover_session';
}

/** Lax, not strict: whoever comes from the product or a mail by a link is to be recognized. */
function attributes(publicUrl: string): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(publicUrl) };
}

function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}
