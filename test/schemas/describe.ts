import { readFileSync } from 'node:fs';

/**
 * A product's database as it is written down in the text files beside this one, and the truth about it, said by hand.
 *
 *   tickets owned account_id = $1               the rows of subject $1; {users} is the ids of the subject's users
 *     id account_id>accounts subject body:t     columns, with a type where the name does not tell it
 *     set settings {"smtp":{"password":"!"}}    what a column holds; % is the subject, ! a canary
 *     poly owner users:User teams:Team          two columns, owner_type and owner_id, that take turns
 *
 * `*name` is of the key, `name!` a secret, `name@` somebody else's, `>table` holds a row's id (`>table:column` another
 * column's value, `~` that of another subject, `-` without a foreign key in a schema that declares them, `?` maybe none).
 */
export interface Described {
  /** `schema.table` when it is not of `public`. */
  name: string;
  truth: Truth;
  columns: DescribedColumn[];
  /** What stands in a column, by its name. */
  values: Map<string, string>;
  polymorphic: Polymorphic[];
  /** Lines of SQL inside `create table ( … )`. */
  constraints: string[];
  /** Rows of each subject, or of a table that belongs to nobody. */
  rows: number;
  /** The parent of which it inherits its columns, or of which it is a partition. */
  inherits: string | null;
}

/**
 * Whose rows are in a table; `because` is why the people of the product would say so. `keys`: whole rows are credentials, so a table that stays whole is as right as one of which
 * some columns leave. `hidden`: owned, and for a written reason no tool could know.
 */
export type Truth =
  | { kind: 'owned' | 'keys' | 'hidden'; where: string; because: string }
  | { kind: 'lookup' | 'framework' | 'apart'; because: string };

export interface DescribedColumn {
  name: string;
  type: string;
  isKey: boolean;
  isSecret: boolean;
  isThirdParty: boolean;
  refers: Reference | null;
}

export interface Reference {
  table: string;
  column: string;
  ofAnother: boolean;
  isDeclared: boolean;
  /** The column may be null; it always may where a row refers to one of its own table. */
  isOptional: boolean;
}

export interface Polymorphic {
  typeColumn: string;
  idColumn: string;
  owners: { table: string; type: string }[];
}

/** How a framework writes: short names of types, types that names tell, words that stand for several columns. */
export interface Habits {
  /** By short name. */
  types: Record<string, string>;
  /** The first that matches a column's name. */
  typesByName: [RegExp, string][];
  words: Record<string, string>;
  /** The type of a column that an `owner` has in `poly owner …`. */
  polymorphicTypes: { type: string; id: string };
  defaultType: string;
  /** Whether a column `id` is the key where no column is marked. */
  idIsKey: boolean;
}

/** Reads the files of one schema. Throws at a line that it does not understand, naming it. */
export function readDescription(files: URL[], habits: Habits): Described[] {
  return files.flatMap((file) => {
    const tables: Described[] = [];
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const table = tables.at(-1);
      if (!line.startsWith(' ')) tables.push(readHeader(line));
      else if (table) readLine(table, line.trim(), habits);
      else throw new Error(`${file.pathname}: ${line}`);
    }
    if (habits.idIsKey) tables.forEach(keyById);
    return tables;
  });
}

function readHeader(line: string): Described {
  const [, name = '', kind, rest = ''] = /^(\S+) (\w+) ?(.*)$/.exec(line) ?? [];
  return {
    name,
    truth: truthOf(kind, rest, line),
    columns: [],
    values: new Map(),
    polymorphic: [],
    constraints: [],
    rows: 2,
    inherits: null,
  };
}

function truthOf(kind: string | undefined, rest: string, line: string): Truth {
  if (kind === 'owned' || kind === 'keys' || kind === 'hidden') return { kind, where: rest, because: '' };
  if (kind === 'lookup' || kind === 'framework' || kind === 'apart') return { kind, because: rest };
  throw new Error(`No kind of table: ${line}`);
}

function readLine(table: Described, line: string, habits: Habits): void {
  const [word, rest = ''] = splitOnce(line);
  if (word === 'set') {
    const [column, value = ''] = splitOnce(rest);
    table.values.set(column, value);
  } else if (word === 'poly') {
    const polymorphic = readPolymorphic(rest);
    table.polymorphic.push(polymorphic);
    const { type, id } = habits.polymorphicTypes;
    table.columns.push(plainColumn(polymorphic.typeColumn, type), plainColumn(polymorphic.idColumn, id));
  } else if (word === 'sql') table.constraints.push(rest);
  else if (word === 'rows') table.rows = Number(rest);
  else if (word === 'inherits') table.inherits = rest;
  else if (word === 'because') table.truth = { ...table.truth, because: rest };
  else {
    const words = line.split(' ').flatMap((word) => (habits.words[word] ?? word).split(' '));
    table.columns.push(...words.map((word) => readColumn(word, habits)));
  }
}

const columnPattern = /^(\*?)([^:!@>]+)(?::([^!@>]+))?([!@]?)(?:>(-?)([\w.]+)(?::(\w+))?(~?)(\??))?$/;

function readColumn(word: string, habits: Habits): DescribedColumn {
  const match = columnPattern.exec(word);
  if (!match) throw new Error(`No column: ${word}`);
  const [, star, name = '', type, mark, undeclared, target, targetColumn = 'id', another, optional] = match;
  return {
    name,
    type: type ? (habits.types[type] ?? type) : typeByName(name, habits),
    isKey: star === '*',
    isSecret: mark === '!',
    isThirdParty: mark === '@',
    refers: target
      ? {
          table: target,
          column: targetColumn,
          ofAnother: another === '~',
          isDeclared: undeclared !== '-',
          isOptional: optional === '?',
        }
      : null,
  };
}

function readPolymorphic(line: string): Polymorphic {
  const [prefix = '', ...owners] = line.split(' ');
  const [typeColumn = '', idColumn = ''] = prefix.includes(',')
    ? prefix.split(',')
    : [`${prefix}_type`, `${prefix}_id`];
  return {
    typeColumn,
    idColumn,
    owners: owners.map((owner) => {
      const [table = '', type = ''] = owner.split(':');
      return { table, type };
    }),
  };
}

function keyById({ columns }: Described): void {
  if (columns.some(({ isKey }) => isKey)) return;
  const id = columns.find(({ name }) => name === 'id');
  if (id) id.isKey = true;
}

function plainColumn(name: string, type: string): DescribedColumn {
  return { name, type, isKey: false, isSecret: false, isThirdParty: false, refers: null };
}

function typeByName(name: string, habits: Habits): string {
  return habits.typesByName.find(([pattern]) => pattern.test(name))?.[1] ?? habits.defaultType;
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
