import type { Language } from '../../language/language.ts';
import { pagesWords } from '../../language/pages.ts';
import type { Parts } from '../../steps/parts.ts';
import { html } from '../html.ts';
import type { Problem, ProblemCode } from '../problem.ts';
import { linkToDataExport, paragraphs, renderPage } from './page-layout.ts';

/** A problem as a calm page, for somebody who followed a link. */
export function renderProblemPage(
  parts: Pick<Parts, 'config' | 'publicUrl'>,
  problem: Problem,
  language: Language,
): string {
  const words = pagesWords[language];
  const product = parts.config.product.name;
  const { title, text } = words[pageFor[problem.code] ?? 'unexpected'];
  // The number is for whoever is asked for help; it matters only where we are at fault.
  const number =
    problem.status >= 500 && html`<p class="number">${problem.instance.replace('urn:uuid:', '')}</p>`;
  const isLost = problem.code === 'portal_link_invalid' || problem.code === 'unauthenticated';
  return renderPage(parts, {
    language,
    title,
    main: html`${paragraphs(typeof text === 'function' ? text(product) : text)}
${!isLost && linkToDataExport(parts.publicUrl, language)}
${number}`,
  });
}

/** Which words tell which problem; the others are faults as far as a person is concerned. */
const pageFor: Partial<
  Record<
    ProblemCode,
    | 'confirmationInvalid'
    | 'downloadInvalid'
    | 'portalLinkInvalid'
    | 'signedOut'
    | 'notFound'
    | 'tooManyRequests'
  >
> = {
  confirmation_invalid: 'confirmationInvalid',
  download_invalid: 'downloadInvalid',
  export_not_ready: 'downloadInvalid',
  export_not_found: 'downloadInvalid',
  portal_link_invalid: 'portalLinkInvalid',
  unauthenticated: 'signedOut',
  not_found: 'notFound',
  rate_limited: 'tooManyRequests',
};
