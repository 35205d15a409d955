import { type Letter, type LetterContent, type Look, oneLine } from './letter.ts';
import { writeHtml } from './letter-html.ts';
import { writeText } from './letter-text.ts';

/** Writes both forms. Throws a `TypeError` if a link is not an http(s) address: that would be our own mistake. */
export function writeLetter(look: Look, content: LetterContent): Letter {
  for (const block of content.blocks) if (block.kind === 'link') assertWebAddress(block.url);
  return {
    subject: oneLine(content.subject),
    text: writeText(look, content),
    html: writeHtml(look, content),
  };
}

function assertWebAddress(url: string): void {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new TypeError('A letter links to http and https only');
}
