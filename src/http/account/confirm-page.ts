import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { chooseLanguage, formatDuration, formatInstant, type Language } from '../../language/language.ts';
import { pagesWords } from '../../language/pages.ts';
import type { DataExport } from '../../lifecycle/data-export.ts';
import { confirmExport, peekConfirmation } from '../../steps/confirm-export.ts';
import { findKind, type Parts } from '../../steps/parts.ts';
import { html } from '../html.ts';
import { limitByAddress, limits } from '../rate-limits.ts';
import { linkToDataExport, paragraphs, renderPage } from './page-layout.ts';

/**
 * The page behind the mailed link. Fetching it changes nothing, since mail scanners and previews fetch links; its one
 * button does. There is no CSRF to guard against: whoever can post here holds the token.
 */
export async function confirmRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  await app.register(formbody);
  const config = { forPeople: true, ...limitByAddress(limits.confirm) };

  app.get<{ Params: { token: string } }>(
    '/confirm/:token',
    { config, schema: hidden },
    async (request, reply) => {
      const data = await peekConfirmation(parts, request.params.token);
      const language = languageOf(parts, request, data);
      return reply
        .type('text/html; charset=utf-8')
        .send(
          data.status === 'pending' ? askPage(parts, data, language) : alreadyPage(parts, data, language),
        );
    },
  );

  app.post<{ Params: { token: string } }>(
    '/confirm/:token',
    { config, schema: hidden },
    async (request, reply) => {
      const data = await confirmExport(parts, request.params.token);
      const language = languageOf(parts, request, data);
      return reply
        .type('text/html; charset=utf-8')
        .send(
          data.status === 'completed' ? alreadyPage(parts, data, language) : donePage(parts, data, language),
        );
    },
  );
}

const hidden = { hide: true };

/** The language of whoever asked for the export; else the browser's. */
function languageOf(parts: Parts, request: FastifyRequest, data: DataExport): Language {
  const wishes = [data.requester.language, request.headers['accept-language']];
  return chooseLanguage(wishes, parts.config.product.language);
}

function askPage(parts: Parts, data: DataExport, language: Language): string {
  const words = pagesWords[language].confirm;
  const { downloadWindowMs } = findKind(parts.config, data.kind).policy;
  const asked = words.asked({
    requester: nameAndAddress(data),
    product: parts.config.product.name,
    account: data.subjectId,
    requestedAt: formatInstant(data.requestedAt, language),
  });
  const steps = words.steps({
    email: data.requester.email,
    downloadWindow: formatDuration(downloadWindowMs, language),
  });
  return renderPage(parts, {
    language,
    title: words.title,
    main: html`<p>${asked}</p>
<h2>${words.next}</h2>
<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>
<form method="post"><button class="button">${words.button}</button></form>
${data.confirmBy !== null && html`<p class="quiet">${words.deadline(formatInstant(data.confirmBy, language))}</p>`}
<p class="note">${words.notYou}</p>`,
  });
}

function alreadyPage(parts: Parts, data: DataExport, language: Language): string {
  const words = pagesWords[language].alreadyConfirmed;
  return answerPage(
    parts,
    language,
    words.title,
    words.text({ email: data.requester.email, isReady: data.status === 'completed' }),
  );
}

function donePage(parts: Parts, data: DataExport, language: Language): string {
  const words = pagesWords[language].confirmed;
  return answerPage(parts, language, words.title, words.text({ email: data.requester.email }));
}

function answerPage(parts: Parts, language: Language, title: string, texts: string[]): string {
  const main = html`${paragraphs(texts)}${linkToDataExport(parts.publicUrl, language)}`;
  return renderPage(parts, { language, title, main });
}

function nameAndAddress({ requester }: DataExport): string {
  return requester.name === null ? requester.email : `${requester.name} (${requester.email})`;
}
