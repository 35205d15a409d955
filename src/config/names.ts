/**
 * Reads `table`, `schema.table` or, with dots inside a name, `"odd.schema"."odd.table"`; the schema is `public`
 * unless given. Null if it is none of them.
 */
export function parseTable(written: string): { schema: string; table: string } | null {
  const name = /("(?:[^"]|"")+"|[^".]+)/.source;
  const [, schema, table] = new RegExp(`^(?:${name}\\.)?${name}$`).exec(written) ?? [];
  return table === undefined ? null : { schema: unquote(schema ?? 'public'), table: unquote(table) };
}

/** A table that the schema of the config has checked, so it can be read. */
export function splitTable(written: string): { schema: string; table: string } {
  return parseTable(written) ?? { schema: 'public', table: written };
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/**
 * The key of a column in a JSON row: `account_id` → `accountId`, `e164` → `e164`, `AlbumId` → `albumId`,
 * `USER_ID` → `userId`, `URLPath` → `urlPath`.
 */
export function camelCase(column: string): string {
  const words = column.split(/[_\-\s]+/).filter((word) => word !== '');
  const [first, ...rest] = column === column.toUpperCase() ? words.map((word) => word.toLowerCase()) : words;
  if (first === undefined) return column;
  const head = first.replace(/^[A-Z]+(?=[A-Z][a-z]|[^A-Za-z]|$)|^[A-Z]/, (capitals) =>
    capitals.toLowerCase(),
  );
  return head + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** What a person reads when a category has no title: `voipProviders` → `Voip providers`. */
export function humanise(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Reads what an `exclude` names: a column (`['password_hash']`), or a column and a path inside its JSON
 * (`gateways[*].secret` → `['gateways', '*', 'secret']`). `*` is any key or element; a name with a dot or a bracket
 * stands in quotes (`settings["smtp.password"]`). Null if it cannot be read.
 */
export function parseColumnPath(written: string): string[] | null {
  const step = /(?:^|(?!^)\.)([^.[\]"]+)|\[\*\]|\["((?:[^"\\]|\\.)+)"\]/y;
  const steps: string[] = [];
  while (step.lastIndex < written.length) {
    const match = step.exec(written);
    if (match === null) return null;
    const [, plain, quoted] = match;
    steps.push(plain ?? quoted?.replace(/\\(.)/g, '$1') ?? '*');
  }
  return steps.length === 0 || steps[0] === '*' ? null : steps;
}

/** As a key is written in code. */
export function quoteKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}
