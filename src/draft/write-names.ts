import type { TableName } from '../catalog/database-schema.ts';

/** As a config names a table: without the schema if it is `public`, in double quotes where a dot or a quote is in a name. */
export function writeTable({ schema, table }: TableName): string {
  return schema === 'public' ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

/**
 * As `exclude` names a column, or a path inside of one; `*` is any element or key. A key without a letter, which JSON may
 * have and a path not, is left out with its neighbours.
 */
export function writePath([column = '', ...path]: string[]): string {
  const first = needsBrackets(column) ? `["${escaped(column)}"]` : column;
  return path.reduce((written, step) => {
    if (step === '*' || step === '') return `${written}[*]`;
    return needsBrackets(step) ? `${written}["${escaped(step)}"]` : `${written}.${step}`;
  }, first);
}

function quoted(name: string): string {
  return /[".]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** A step named `*` would be read as any key. */
function needsBrackets(name: string): boolean {
  return /[.[\]"]/.test(name) || name === '*';
}

function escaped(name: string): string {
  return name.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
