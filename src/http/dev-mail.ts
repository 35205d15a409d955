import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { chooseLanguage, formatInstant, type Language } from '../language/language.ts';
import { pagesWords } from '../language/pages.ts';
import type { Mailbox, MailboxEntry } from '../mail/mailbox.ts';
import type { Parts } from '../steps/parts.ts';
import { basePath, renderPage } from './account/page-layout.ts';
import { type Html, html } from './html.ts';
import { pagePolicy, policyText } from './security-headers.ts';

/**
 * The local mailbox as a page, where no mail server is set up. It shows links that open doors, so it answers only
 * under a name of this very machine: another site that points its own name here (DNS rebinding) gets nothing.
 */
export async function devMailRoutes(app: FastifyInstance, parts: Parts, mailbox: Mailbox): Promise<void> {
  const refreshScript = await readFile(new URL('./dev-mail-refresh.js', import.meta.url));
  const options = { schema: { hide: true } };
  app.addHook('onRequest', async (request) => {
    if (!isLoopback(hostOf(request)) || isForwarded(request)) throw new HandoverError('not_found');
  });

  app.get('/dev/mail', options, async (request, reply) => {
    const language = chooseLanguage([request.headers['accept-language']], parts.config.product.language);
    reply.raw.setHeader('content-security-policy', policyText({ ...pagePolicy, 'frame-src': ["'self'"] }));
    return sendHtml(reply, mailboxPage(parts, await mailbox.list(), language));
  });

  app.get('/dev/mail.json', options, () => mailbox.list());

  app.get('/dev/mail.js', options, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(refreshScript),
  );

  app.get<{ Params: { id: string } }>('/dev/mail/:id.html', options, async (request, reply) => {
    const mails = await mailbox.list();
    const mail = mails.find(({ id }) => id === request.params.id);
    if (mail === undefined) throw new HandoverError('not_found');
    reply.raw.setHeader('content-security-policy', mailPolicy);
    reply.raw.setHeader('x-frame-options', 'SAMEORIGIN');
    return sendHtml(reply, withLinksOnTop(mail.html));
  });
}

/** A proxy in front speaks from this machine for whoever is behind it. */
function isForwarded({ headers }: FastifyRequest): boolean {
  return ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some(
    (name) => name in headers,
  );
}

/** A mail brings its own styles and runs nothing; its links may lead the whole window elsewhere, or to a file. */
const mailPolicy = `${policyText({
  'default-src': ["'none'"],
  'style-src': ["'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'frame-ancestors': ["'self'"],
})}; sandbox allow-top-navigation-by-user-activation allow-popups allow-downloads`;

function mailboxPage(parts: Parts, mails: MailboxEntry[], language: Language): string {
  const words = pagesWords[language].mailbox;
  const base = basePath(parts.publicUrl);
  return renderPage(parts, {
    language,
    title: words.title,
    main: html`<p>${words.text}</p>
<div id="mails" data-newest="${mails[0]?.id ?? ''}">
${mails.length === 0 ? html`<p class="note">${words.empty}</p>` : mails.map((mail) => mailItem(base, mail, language))}
</div>
<script src="${base}/dev/mail.js" defer></script>`,
  });
}

function mailItem(base: string, mail: MailboxEntry, language: Language): Html {
  const words = pagesWords[language].mailbox;
  return html`<article>
<h2>${mail.subject}</h2>
<dl><dt>${words.to}</dt><dd>${mail.to}</dd><dt>${words.received}</dt><dd>${formatInstant(mail.receivedAt, language)}</dd></dl>
<iframe src="${base}/dev/mail/${encodeURIComponent(mail.id)}.html" title="${mail.subject}" loading="lazy"
  sandbox="allow-top-navigation-by-user-activation allow-popups allow-downloads"></iframe>
<details><summary>${words.plainText}</summary><pre>${mail.text}</pre></details>
</article>
`;
}

function withLinksOnTop(mailHtml: string): string {
  return mailHtml.replace(/<head>/i, '<head><base target="_top">');
}

function sendHtml(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text);
}

/** The name in the Host header itself, whatever proxies say. */
function hostOf(request: FastifyRequest): string {
  const host = request.raw.headers.host ?? '';
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
