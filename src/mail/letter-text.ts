import type { Block, LetterContent, Look } from './letter.ts';

/** Columns of a line; longer words, such as links, stand whole on a line of their own. */
const LINE_LENGTH = 72;

/** The letter as plain text, ending in a line break. */
export function writeText(look: Look, content: LetterContent): string {
  const { name, support } = look.product;
  const sections = [
    `${name}\n\n${underline(content.heading)}`,
    ...content.blocks.map(writeBlock),
    ...(support ? [wrap(`${content.supportLabel} ${support}`)] : []),
    // Two dashes and a space start the signature, which mail programs set apart (RFC 3676, section 4.3).
    `-- \n${wrap(content.footer)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return wrap(block.text);
    case 'link':
      return `${block.label}:\n${block.url}`;
    case 'note':
      return `${wrap(block.title)}\n${wrap(block.text)}`;
    case 'counts':
      return `${block.title}:\n\n${writeTable(block.rows, block.total)}`;
  }
}

function writeTable(rows: [string, string][], total: [string, string]): string {
  const all = [...rows, total];
  const nameWidth = Math.max(...all.map(([name]) => name.length));
  const countWidth = Math.max(...all.map(([, count]) => count.length));
  const line = ([name, count]: [string, string]) =>
    `  ${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}`;
  return [...rows.map(line), `  ${'-'.repeat(nameWidth + 2 + countWidth)}`, line(total)].join('\n');
}

function underline(heading: string): string {
  const lines = wrap(heading).split('\n');
  return [...lines, '='.repeat(Math.max(...lines.map((line) => line.length)))].join('\n');
}

/** Breaks at plain spaces only: a non-breaking one keeps a number and its unit together. */
function wrap(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH)
      lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines.join('\n');
}
