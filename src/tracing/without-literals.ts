/** Names and dollar tags first, so that a quote within one begins no literal. */
const tokens = [
  /"(?:[^"]|"")*"/, // a quoted name: kept
  /\$(?<tag>[a-z_]\w*)?\$[\s\S]*?\$\k<tag>\$/, // a dollar-quoted text
  /\bE'(?:[^'\\]|''|\\[\s\S])*'/, // a text with escapes
  /\b[BXN]'[^']*'/,
  /'(?:[^']|'')*'/, // a text
  /--[^\n]*|\/\*[\s\S]*?\*\//, // a comment: anybody's words
  /(?<![\w."$])(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?\b/, // a number
];
const token = new RegExp(tokens.map(({ source }) => source).join('|'), 'gi');

/** A statement with `?` for every text, number and comment in it: what it asks, and not about whom. */
export function withoutLiterals(sql: string): string {
  return sql
    .replace(token, (found) => (found.startsWith('"') ? found : '?'))
    .replace(/\s+/g, ' ')
    .trim();
}
