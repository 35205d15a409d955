import { failures } from '../language/en/failures.ts';
import type { Parts } from '../steps/parts.ts';
import { renderPage } from './account/page-layout.ts';
import { html } from './html.ts';
import { type ProblemCode, problems, wordsOf } from './problem.ts';
import { refusals } from './server-api/refusals.ts';

/** Every code there is, from the tables that answers are made of. Each has its own anchor: `#export_active`. */
export function errorsPage(parts: Pick<Parts, 'config' | 'publicUrl'>): string {
  const codes = Object.keys(problems) as ProblemCode[];
  const numbers = Map.groupBy(Object.values(refusals), ({ code }) => code);
  return renderPage(parts, {
    language: 'en',
    title: 'Errors of the API',
    main: html`<p>An answer that is not a success is <code>application/problem+json</code> (RFC 9457). Go by its
<code>code</code>, which stays; its words may change. Where waiting helps, <code>Retry-After</code> says how long.</p>
${codes.map(
  (code) => html`<article id="${code}">
<h2>${problems[code].title}</h2>
<dl><dt>code</dt><dd><code>${code}</code></dd><dt>status</dt><dd>${problems[code].status}</dd></dl>
<p>${wordsOf(code)}</p>
</article>
`,
)}
<h1 id="failures">Why an export failed</h1>
<p>The codes in <code>failure</code> of an export whose status is <code>failed</code>.</p>
${Object.entries(failures).map(
  ([code, sentence]) => html`<article id="failure-${code}">
<h2><code>${code}</code></h2>
<p>${sentence}</p>
</article>
`,
)}
<h1 id="server-api">Errors of the server API</h1>
<p>Answers to the SDKs of servers are of another form; their <code>code</code> is a number.</p>
${[...numbers].map(
  ([code, group]) => html`<article id="server-api-${code}">
<h2><code>${code}</code></h2>
<dl><dt>status</dt><dd>${group[0]?.status ?? ''}</dd></dl>
<ul>${group.map(({ text }) => html`<li>${text}</li>`)}</ul>
</article>
`,
)}`,
  });
}
