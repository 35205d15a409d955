import type pg from 'pg';
import type { ExportKind } from '../../src/config/resolved.ts';
import type { Selection } from '../../src/sources/source.ts';
import { quote, quoteTable, splitName } from './create.ts';
import type { Described } from './describe.ts';
import type { Schema } from './schema.ts';
import { canary, foreign } from './seed.ts';
import { whereOf } from './truth.ts';

/** What an export that nobody had a hand in is, measured against the truth. */
export interface Verdict {
  /** Tables with rows of the subject, those of credentials included. */
  owned: number;
  /** Those of `owned` that are a category. */
  reached: number;
  /** Tables of credentials that stay whole. */
  keptWhole: string[];
  /** Owned, and neither a category nor credentials that stay. */
  missed: string[];
  /** Categories of tables in which nothing is the subject's. */
  falseReaches: string[];
  /** Rows that the hand-written queries find. */
  rows: number;
  /** By table: how many of these are not in the archive. */
  missingRows: Record<string, number>;
  /** By table: rows in the archive that no hand-written query finds. */
  foreignRows: Record<string, number>;
  /** Places in the archive where another subject is named. */
  foreignMarks: string[];
  /** Places in the archive with a canary. */
  leaked: string[];
  /** Columns of the categories: all, those that leave, and those that are no secret and yet stay. */
  columns: number;
  columnsLeaving: number;
  columnsWithheld: string[];
  /** Other people's columns that leave. */
  thirdPartyLeaving: string[];
}

export async function verify(
  db: pg.Client,
  schema: Schema,
  subject: string,
  kind: ExportKind,
  document: string,
): Promise<Verdict> {
  const data: Record<string, Record<string, unknown>[]> = JSON.parse(document).data;
  const selectionsOf = (table: Described) => kind.selections.filter((selection) => isOf(selection, table));
  const owned = schema.tables.filter(({ truth }) => 'where' in truth);
  const reached = owned.filter((table) => isReached(schema.tables, table, selectionsOf));
  const stays = new Set(kind.leftOut.map(({ what }) => what));
  const keptWhole = owned
    .filter((table) => !reached.includes(table))
    .filter(({ truth, name }) => truth.kind === 'keys' || (truth.kind === 'hidden' && stays.has(name)));
  const categories = schema.tables.filter((table) => selectionsOf(table).length > 0);
  const verdict: Verdict = {
    owned: owned.length,
    reached: reached.length,
    keptWhole: keptWhole.map(({ name }) => name),
    missed: owned.filter((one) => !reached.includes(one) && !keptWhole.includes(one)).map(({ name }) => name),
    falseReaches: categories.filter((table) => !owned.includes(table)).map(({ name }) => name),
    rows: 0,
    missingRows: {},
    foreignRows: {},
    foreignMarks: placesOf(document, foreign),
    leaked: placesOf(document, canary),
    columns: 0,
    columnsLeaving: 0,
    columnsWithheld: [],
    thirdPartyLeaving: [],
  };
  for (const table of owned) {
    const selections = selectionsOf(table);
    if (selections.length > 0) await compareRows(db, schema, table, selections, data, subject, verdict);
    for (const selection of selections) countColumns(table, selection, verdict);
  }
  return verdict;
}

function isOf(selection: Selection, { name }: Described): boolean {
  const { schema, table } = splitName(name);
  return selection.schema === schema && selection.table === table;
}

/** A category reads the tables that inherit from its own, unless it says `only`. */
function isReached(
  tables: Described[],
  table: Described,
  selectionsOf: (table: Described) => Selection[],
): boolean {
  if (selectionsOf(table).length > 0) return true;
  const parent = tables.find(({ name }) => name === table.inherits);
  return parent !== undefined && selectionsOf(parent).some(({ only }) => only !== true);
}

/** Rows are compared as multisets, by those of their columns that a text tells exactly. */
async function compareRows(
  db: pg.Client,
  schema: Schema,
  table: Described,
  selections: Selection[],
  data: Record<string, Record<string, unknown>[]>,
  subject: string,
  verdict: Verdict,
): Promise<void> {
  const where = whereOf(schema.tables, table.name);
  for (const selection of selections) {
    const told = selection.columns.filter(({ column }) => isTold(table, column));
    const columns = told.map(({ column }) => `to_jsonb(${quote(column)}) #>> '{}'`);
    const { rows } = await db.query<string[]>({
      text: `select ${columns} from ${selection.only ? 'only ' : ''}${quoteTable(table.name)} where ${where}`,
      values: where?.includes('$1') ? [subject] : [],
      rowMode: 'array',
    });
    const promised = countOf(rows.map((row) => JSON.stringify(row)));
    const archived = countOf(
      (data[selection.category] ?? []).map((row) => JSON.stringify(told.map(({ key }) => asText(row[key])))),
    );
    verdict.rows += rows.length;
    add(verdict.missingRows, table.name, surplus(promised, archived));
    add(verdict.foreignRows, table.name, surplus(archived, promised));
  }
}

/** Types whose text in the database is that in the archive, but for quotes. */
function isTold({ columns, polymorphic }: Described, name: string): boolean {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column)
    return polymorphic.some(({ typeColumn, idColumn }) => name === typeColumn || name === idColumn);
  return /^(text|varchar|uuid|inet|date|smallint|int|integer|bigint)$/.test(column.type);
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function countOf(rows: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}

/** How many rows `one` has more than `other`. */
function surplus(one: Map<string, number>, other: Map<string, number>): number {
  let more = 0;
  for (const [row, count] of one) more += Math.max(0, count - (other.get(row) ?? 0));
  return more;
}

function add(counts: Record<string, number>, name: string, count: number): void {
  if (count > 0) counts[name] = (counts[name] ?? 0) + count;
}

function countColumns(table: Described, selection: Selection, verdict: Verdict): void {
  const leaving = new Set(selection.columns.map(({ column }) => column));
  verdict.columns += table.columns.length;
  verdict.columnsLeaving += leaving.size;
  for (const { name, isSecret, isThirdParty } of table.columns) {
    if (isThirdParty && leaving.has(name)) verdict.thirdPartyLeaving.push(`${table.name}.${name}`);
    if (!isSecret && !isThirdParty && !leaving.has(name))
      verdict.columnsWithheld.push(`${table.name}.${name}`);
  }
}

/** What stands around each match. */
function placesOf(document: string, pattern: RegExp): string[] {
  return [...document.matchAll(new RegExp(pattern, `g${pattern.flags}`))].map(({ index }) =>
    document.slice(Math.max(0, index - 40), index + 60),
  );
}
