import { buttonColors } from './button-colors.ts';
import type { Block, LetterContent, Look } from './letter.ts';

/**
 * The letter as HTML for mail programs: styles are inline because many drop a style sheet, and the two tables are
 * for the one that draws neither widths nor padded links (Outlook on Windows). Nothing is loaded from anywhere.
 */
export function writeHtml(look: Look, content: LetterContent): string {
  const { name, support, accentColor } = look.product;
  const { edge } = buttonColors(accentColor);
  return `<!doctype html>
<html lang="${look.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>${escapeHtml(content.subject)}</title>
<style>${sheet}</style>
</head>
<body class="page" style="margin: 0; padding: 0; background-color: #ffffff; color: #1f2328;">
<div style="display: none; max-height: 0; overflow: hidden; mso-hide: all;">${escapeHtml(content.preheader)}</div>
<!--[if mso]><table role="presentation" width="576" align="center"><tr><td><![endif]-->
<div class="page" role="article" lang="${look.language}" style="max-width: 36rem; margin: 0 auto; padding: 24px 20px 32px; ${font}">
<p style="margin: 0 0 24px; padding: 0 0 12px; border-bottom: 3px solid ${edge}; font-weight: 600;">${escapeHtml(name)}</p>
<h1 style="margin: 0 0 16px; font-size: 24px; line-height: 1.25;">${escapeHtml(content.heading)}</h1>
${content.blocks.map((block) => writeBlock(look, block)).join('\n')}
<div class="quiet" style="margin: 32px 0 0; padding: 16px 0 0; border-top: 1px solid #d0d7de; font-size: 14px; color: #57606a;">
${support ? `<p style="${paragraph}">${escapeHtml(content.supportLabel)} ${linkTo(support)}</p>\n` : ''}<p style="margin: 0; ${breakable}">${escapeHtml(content.footer)}</p>
</div>
</div>
<!--[if mso]></td></tr></table><![endif]-->
</body>
</html>
`;
}

const font =
  "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; " +
  'font-size: 16px; line-height: 1.5;';
/** A long name or address must not make a narrow screen scroll sideways. */
const breakable = 'overflow-wrap: anywhere; word-break: break-word;';
const paragraph = `margin: 0 0 16px; ${breakable}`;

const sheet = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
a { color: inherit; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #17191c !important; color: #e6e8ea !important; }
  .quiet { color: #a3abb3 !important; border-color: #3d444d !important; }
  .note { background-color: #22262b !important; border-color: #868e96 !important; }
  .line { border-color: #3d444d !important; }
}
`;

function writeBlock(look: Look, block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p style="${paragraph}">${escapeHtml(block.text)}</p>`;
    case 'link':
      return writeLink(look, block);
    case 'note':
      return (
        `<p class="note" style="margin: 0 0 16px; padding: 12px 16px; background-color: #f3f5f7; ` +
        `border-left: 3px solid #868e96; ${breakable}"><strong>${escapeHtml(block.title)}</strong><br>` +
        `${escapeHtml(block.text)}</p>`
      );
    case 'counts':
      return writeCounts(block);
  }
}

/** The button, and below it the address itself for who cannot press the button, or wants to see where it leads. */
function writeLink(look: Look, block: Extract<Block, { kind: 'link' }>): string {
  const { fill, text, edge } = buttonColors(look.product.accentColor);
  const url = escapeHtml(block.url);
  return `<table role="presentation" cellspacing="0" cellpadding="0" border="0" style="margin: 24px 0 12px;"><tr>
<td bgcolor="${fill}" style="border-radius: 6px; background-color: ${fill};"><a href="${url}" style="display: inline-block; padding: 12px 24px; border: 1px solid ${edge}; border-radius: 6px; background-color: ${fill}; color: ${text}; font-weight: 600; text-decoration: none;">${escapeHtml(block.label)}</a></td>
</tr></table>
<p class="quiet" style="margin: 0 0 24px; font-size: 14px; color: #57606a; ${breakable}"><a href="${url}" style="color: inherit;">${url}</a></p>`;
}

function writeCounts({ title, head, rows, total }: Extract<Block, { kind: 'counts' }>): string {
  const cell = 'padding: 6px 0; border-bottom: 1px solid #d0d7de;';
  const line = (tag: 'td' | 'th', [name, count]: [string, string], style: string) =>
    `<tr><th class="line" scope="${tag === 'th' ? 'col' : 'row'}" style="${cell} ${style} text-align: left;">` +
    `${escapeHtml(name)}</th><${tag} class="line"${tag === 'th' ? ' scope="col"' : ''} style="${cell} ${style} ` +
    `padding-left: 16px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;">` +
    `${escapeHtml(count)}</${tag}></tr>`;
  return `<h2 style="margin: 24px 0 8px; font-size: 18px; line-height: 1.25;">${escapeHtml(title)}</h2>
<table cellspacing="0" cellpadding="0" border="0" style="width: 100%; margin: 0 0 24px; border-collapse: collapse; ${font}">
<thead>${line('th', head, 'font-weight: 600; font-size: 14px;')}</thead>
<tbody>${rows.map((row) => line('td', row, 'font-weight: 400;')).join('\n')}</tbody>
<tfoot>${line('td', total, 'font-weight: 600; border-bottom: 0;')}</tfoot>
</table>`;
}

/** The support contact: `help@example.com` or `https://example.com/help`. */
function linkTo(contact: string): string {
  const url = /^https?:\/\//i.test(contact) ? contact : `mailto:${encodeURI(contact)}`;
  return `<a href="${escapeHtml(url)}" style="color: inherit;">${escapeHtml(contact)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
