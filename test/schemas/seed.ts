import { createHash } from 'node:crypto';
import pg from 'pg';
import { quote, quoteTable } from './create.ts';
import type { Described, DescribedColumn, Polymorphic, Reference } from './describe.ts';

/** How many subjects a schema is seeded with, and which of them is exported. */
export const subjects = 5;
export const exported = 3;

/** Rows of nobody, such as those of lookup tables, are of subject 0. */
interface Place {
  subject: number;
  /** From 1. */
  row: number;
}

/**
 * Statements that fill every table: rows of each subject where it is owned, of nobody where it is not. Each text says
 * whose it is (`of-s3-`), each secret is a canary, and no two rows of the database share an id.
 */
export function seedTables(tables: Described[]): string[] {
  const byName = new Map(tables.map((table, index) => [table.name, { ...table, index }]));
  return [...byName.values()].map((table) => {
    const rows = placesOf(table).map((place) => {
      return `(${table.columns.map((column) => literal(cellOf(byName, table, column, place), column.type))})`;
    });
    const columns = table.columns.map(({ name }) => quote(name));
    return `insert into ${quoteTable(table.name)} (${columns}) values ${rows.join(', ')}`;
  });
}

/** What a canary looks like, in the clear, in base64, in hexadecimal, as a UUID. */
export const canary = /CANARY_|Q0FOQVJZ|43414e4152595f|ca9a4ca9/i;

/** The marks of subjects whose rows may not be in the archive of the exported one. */
export const foreign = new RegExp(`of-s[^0${exported}]-`);

/** Who owns the rows of a table: for the seeds every subject, or nobody. */
function placesOf(table: Described): Place[] {
  const rows = Array.from({ length: table.rows }, (_, index) => index + 1);
  const owners = 'where' in table.truth ? Array.from({ length: subjects }, (_, index) => index + 1) : [0];
  return owners.flatMap((subject) => rows.map((row) => ({ subject, row })));
}

type Tables = Map<string, Described & { index: number }>;
type Value = string | number | boolean | null;

/** The value of a column in a row: always the same, so that another row can refer to it. */
function cellOf(
  tables: Tables,
  table: Described & { index: number },
  column: DescribedColumn,
  place: Place,
): Value {
  const written = table.values.get(column.name);
  const taking = table.polymorphic.find(
    ({ typeColumn, idColumn }) => column.name === typeColumn || column.name === idColumn,
  );
  if (column.refers) return cellReferred(tables, table, column.refers, place);
  if (taking) return ownerOf(tables, table, taking, column, place);
  const number = table.index * 10_000 + place.subject * 100 + place.row;
  const secret = `CANARY_${table.name}_${column.name}_${number}`;
  if (written !== undefined) return written.replaceAll('!', secret).replaceAll('%', String(place.subject));
  if (column.isSecret) return secretOf(column.type, secret);
  if (column.isThirdParty) return `THIRD_${table.name}_${column.name}_${number}`;
  return plainValue(column, place, number, `of-s${place.subject}- ${table.name}.${column.name} ${place.row}`);
}

function cellReferred(tables: Tables, from: Described, refers: Reference, place: Place): Value {
  const target = tables.get(refers.table);
  const column = target?.columns.find(({ name }) => name === refers.column);
  if (!target || !column) throw new Error(`${from.name} refers to ${refers.table}.${refers.column}.`);
  if (target.name === from.name) {
    if (place.row === 1) return null;
    return cellOf(tables, target, column, { ...place, row: place.row - 1 });
  }
  const isOwned = 'where' in target.truth;
  const other = (place.subject % subjects) + 1;
  return cellOf(tables, target, column, {
    subject: isOwned ? (refers.ofAnother ? other : place.subject || 1) : 0,
    row: ((place.row - 1) % target.rows) + 1,
  });
}

/** The owners take turns, row by row. */
function ownerOf(
  tables: Tables,
  table: Described,
  taking: Polymorphic,
  column: DescribedColumn,
  place: Place,
) {
  const owner = taking.owners[(place.row - 1) % taking.owners.length];
  if (!owner) throw new Error(`${table.name}: a poly without owners`);
  if (column.name === taking.typeColumn) return owner.type;
  const refers = { table: owner.table, column: 'id', ofAnother: false, isDeclared: false, isOptional: false };
  return cellReferred(tables, table, refers, place);
}

function secretOf(type: string, secret: string): Value {
  if (type === 'uuid') return `ca9a4ca9-${md5(secret).slice(0, 4)}-4000-8000-${md5(secret).slice(4, 16)}`;
  if (type === 'bytea') return `\\x${Buffer.from(secret).toString('hex')}`;
  if (type === 'text[]') return `{${secret}a,${secret}b}`;
  return /^jsonb?$/.test(type) ? JSON.stringify({ value: secret, list: [secret] }) : secret;
}

function plainValue(column: DescribedColumn, place: Place, number: number, text: string): Value {
  const { name, type } = column;
  if (name === 'id' || column.isKey) {
    if (type === 'uuid') return uuid(number);
    if (isNumber(type)) return number;
    if (/^id$|Id$/.test(name)) return `c${md5(String(number)).slice(0, 24)}`;
  }
  if (type === 'smallint') return place.row % 2;
  if (/^(int|integer|bigint)$/.test(type))
    return name.match(/_at$|At$|time|date/) ? 1_700_000_000 + number : number;
  if (isNumber(type)) return number / 100;
  if (type === 'boolean') return place.row % 2 === 0;
  if (type === 'uuid') return uuid(number);
  if (type === 'date') return `2025-0${1 + (place.row % 9)}-1${place.subject}`;
  if (/^timestamp/.test(type)) return `2025-0${1 + (place.row % 9)}-1${place.subject} 10:00:00.${number}`;
  if (/^(inet|cidr)$/.test(type)) return `10.${place.subject}.0.${place.row}`;
  if (/^jsonb?$/.test(type)) return JSON.stringify({ note: text });
  if (type === 'text[]') return `{"${text}"}`;
  if (type === 'bytea') return `\\x${Buffer.from(text).toString('hex')}`;
  if (type === 'interval') return `${place.row} days`;
  if (/email$/i.test(name)) return `${md5(text).slice(0, 6)}@of-s${place.subject}-.example`;
  return text;
}

function isNumber(type: string): boolean {
  return /^(smallint|int|integer|bigint|numeric|real|float8|double)/.test(type);
}

function uuid(number: number): string {
  const hex = md5(`row ${number}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function literal(value: Value, type: string): string {
  if (value === null) return 'null';
  return `${pg.escapeLiteral(String(value))}::${type}`;
}
