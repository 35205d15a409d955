/** Pieces of code that are laid out as a formatter would: on one line if it fits, else one entry a line. */
export type Code = string | Items | Entries;

export interface Items {
  items: Item[];
}

export interface Entries {
  entries: Entry[];
  /** Comments behind the last entry. */
  closing?: string[];
}

interface Item {
  comments?: string[];
  code: Code;
}

export interface Entry extends Item {
  key: string;
  /** An empty line stands before it. */
  isApart?: boolean;
}

const WIDTH = 110;

/** `used` is what already stands on the first line, its indent included. */
export function printCode(code: Code, indent = 0, used = indent): string {
  if (typeof code === 'string') return code;
  const flat = onOneLine(code);
  // A comma or a bracket follows.
  if (flat !== null && used + flat.length + 1 <= WIDTH) return flat;
  const inner = indent + 2;
  const pad = ' '.repeat(inner);
  const comments = (texts: string[] = []) => texts.flatMap((text) => wrapComment(text, inner));
  if ('items' in code) {
    const lines = code.items.flatMap((item) => [
      ...comments(item.comments),
      `${pad}${printCode(item.code, inner, inner)},`,
    ]);
    return `[\n${lines.join('\n')}\n${' '.repeat(indent)}]`;
  }
  const lines = code.entries.flatMap((entry, index) => {
    const head = `${pad}${quoteProperty(entry.key)}: `;
    return [
      ...(entry.isApart && index > 0 ? [''] : []),
      ...comments(entry.comments),
      `${head}${printCode(entry.code, inner, head.length)},`,
    ];
  });
  return `{\n${[...lines, ...comments(code.closing)].join('\n')}\n${' '.repeat(indent)}}`;
}

/** Null where a comment or an empty line needs lines of its own. */
function onOneLine(code: Code): string | null {
  if (typeof code === 'string') return code.includes('\n') ? null : code;
  const parts: string[] = [];
  if ('items' in code) {
    for (const { comments, code: inner } of code.items) {
      const flat = comments?.length ? null : onOneLine(inner);
      if (flat === null) return null;
      parts.push(flat);
    }
    return `[${parts.join(', ')}]`;
  }
  if (code.closing?.length) return null;
  for (const { key, comments, code: inner, isApart } of code.entries) {
    const flat = comments?.length || isApart ? null : onOneLine(inner);
    if (flat === null) return null;
    parts.push(`${quoteProperty(key)}: ${flat}`);
  }
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** `//` lines, broken between words. */
export function wrapComment(text: string, indent: number): string[] {
  const lead = `${' '.repeat(indent)}//`;
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > WIDTH && line !== lead) {
      lines.push(line);
      line = lead;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** A string literal in single quotes, or in double ones where that saves escapes. */
export function quoteText(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export function quoteProperty(name: string): string {
  // Written plainly, it would be the object's prototype.
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoteText(name);
}
