import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HandoverError } from '../../errors.ts';
import type { Parts } from '../../steps/parts.ts';
import { policyText } from '../security-headers.ts';
import { accentFor } from './accent.ts';

/** Something small that is the same for everybody until the next start. */
interface Asset {
  contentType: string;
  bytes: Buffer;
  etag: string;
}

/** The product's colour and logo, and the style of the pages that the server renders itself. */
export async function brandRoutes(app: FastifyInstance, parts: Pick<Parts, 'config'>): Promise<void> {
  const { accentColor, logo } = parts.config.product;
  const brandCss = asset('text/css; charset=utf-8', Buffer.from(brandStyles(accentColor)));
  const pagesCss = asset('text/css; charset=utf-8', await readFile(new URL('./pages.css', import.meta.url)));
  const logoFile = logo && asset(logo.contentType, Buffer.from(logo.bytes));

  app.get('/v1/brand.css', { schema: { hide: true } }, (request, reply) =>
    sendAsset(request, reply, brandCss),
  );
  app.get('/v1/pages.css', { schema: { hide: true } }, (request, reply) =>
    sendAsset(request, reply, pagesCss),
  );
  app.get('/v1/logo', { schema: { hide: true } }, (request, reply) => {
    if (logoFile === null) throw new HandoverError('not_found', 'This product has no logo.');
    // An SVG is a document of its own when it is opened by its address: there it may run nothing and load nothing.
    reply.raw.setHeader('content-security-policy', logoPolicy);
    // A logo is no secret, and a mail program shows it from elsewhere.
    reply.raw.setHeader('cross-origin-resource-policy', 'cross-origin');
    return sendAsset(request, reply, logoFile);
  });
}

/**
 * Three variables for a light and a dark page: `--accent` fills, `--on-accent` is text on such a fill, `--accent-ink`
 * is text and links in the accent. Each reaches its contrast on the surfaces that `accent.ts` names.
 */
function brandStyles(accentColor: string): string {
  const block = (scheme: 'light' | 'dark') => {
    const { accent, onAccent, accentInk } = accentFor(scheme, accentColor);
    return `:root { --accent: ${accent}; --on-accent: ${onAccent}; --accent-ink: ${accentInk}; }`;
  };
  return `${block('light')}\n@media (prefers-color-scheme: dark) {\n  ${block('dark')}\n}\n`;
}

const logoPolicy = `${policyText({ 'default-src': ["'none'"], 'style-src': ["'unsafe-inline'"] })}; sandbox`;

/** Five minutes without asking, then a question that is mostly answered with 304. */
const CACHE = 'public, max-age=300';

function asset(contentType: string, bytes: Buffer): Asset {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { contentType, bytes, etag: `"${hash}"` };
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, { contentType, bytes, etag }: Asset) {
  reply.header('cache-control', CACHE).header('etag', etag);
  const isKnown = request.headers['if-none-match']?.includes(etag) ?? false;
  return isKnown ? reply.code(304).send() : reply.type(contentType).send(bytes);
}
