import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * What a page of ours may do: load its own scripts, styles and pictures, talk to its own origin, nothing inline.
 * Nobody may frame it.
 */
export const pagePolicy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** `default-src 'none'; script-src 'self'; …` */
export function policyText(directives: Record<string, string[]>): string {
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ');
}

/** Headers of every answer. A route overrides them with its own `helmet` option, or sets a header itself. */
export function registerSecurityHeaders(app: FastifyInstance, publicUrl: string): void {
  app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
    // A browser that once saw this would refuse plain http to this host, so it is said only where https is in use.
    strictTransportSecurity: publicUrl.startsWith('https:') && {
      maxAge: YEAR_SECONDS,
      includeSubDomains: false,
    },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    // Chromium complains on the console when an origin was seen without it first, as in any tab opened from a mail.
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.setHeader('permissions-policy', permissionsPolicy);
    reply.raw.setHeader('x-request-id', request.id);
    // Links hold tokens; one that got about must not be found by a search.
    reply.raw.setHeader('x-robots-tag', 'noindex');
    // Unless a route knows better: answers are about one person and one moment.
    reply.header('cache-control', 'no-store');
  });
}

const YEAR_SECONDS = 365 * 24 * 3600;

/** The page needs none of what a browser could grant. */
const permissionsPolicy = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');
