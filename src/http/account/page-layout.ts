import type { Language } from '../../language/language.ts';
import { pagesWords } from '../../language/pages.ts';
import type { Parts } from '../../steps/parts.ts';
import { type Html, html } from '../html.ts';

/** A page that the server renders by itself: it works without JavaScript, and tells one thing. */
export interface PlainPage {
  language: Language;
  title: string;
  main: Html;
}

/** The whole document, in the product's name, logo and colour. */
export function renderPage(
  { config, publicUrl }: Pick<Parts, 'config' | 'publicUrl'>,
  page: PlainPage,
): string {
  const { name, logo, support } = config.product;
  const words = pagesWords[page.language];
  const base = basePath(publicUrl);
  return html`<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${words.tab(page.title, name)}</title>
<link rel="stylesheet" href="${base}/v1/brand.css">
<link rel="stylesheet" href="${base}/v1/pages.css">
</head>
<body>
<header>${logo !== null && html`<img src="${base}/v1/logo" alt="" width="32" height="32">`}<span>${name}</span></header>
<main>
<h1>${page.title}</h1>
${page.main}
</main>
${support !== null && html`<footer><p>${supportLine(words.support, support)}</p></footer>`}
</body>
</html>
`.html;
}

/** Paragraphs, and the way to the Data Export page. */
export function paragraphs(texts: string[]): Html {
  return html`${texts.map((text) => html`<p>${text}</p>\n`)}`;
}

export function linkToDataExport(publicUrl: string, language: Language): Html {
  return html`<p><a class="button quiet" href="${basePath(publicUrl)}/">${pagesWords[language].openPage}</a></p>`;
}

/** The path below which everything lies, without a trailing slash: empty unless `PUBLIC_URL` has one. */
export function basePath(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** The words say where the contact stands in the sentence; there it becomes a link. */
function supportLine(sentence: (contact: string) => string, support: string): Html {
  const [before = '', after = ''] = sentence('\u0000').split('\u0000');
  const href = support.includes('@') && !support.includes(':') ? `mailto:${support}` : support;
  return html`${before}<a href="${href}">${support.replace(/^https?:\/\/|^mailto:/, '')}</a>${after}`;
}
