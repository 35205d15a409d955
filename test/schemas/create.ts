import pg from 'pg';
import type { Described } from './describe.ts';

/** Statements that make the tables, then their foreign keys if the schema declares any. */
export function createTables(tables: Described[], declaresForeignKeys: boolean): string[] {
  const schemas = new Set(tables.map(({ name }) => splitName(name).schema));
  return [
    ...[...schemas].filter((schema) => schema !== 'public').map((schema) => `create schema ${quote(schema)}`),
    ...tables.map(createTable),
    ...(declaresForeignKeys ? tables.flatMap(foreignKeys) : []),
  ];
}

export function splitName(name: string): { schema: string; table: string } {
  const [table = '', schema = 'public'] = name.split('.').reverse();
  return { schema, table };
}

/** Quoted, with its schema when that is not `public`. */
export function quoteTable(name: string): string {
  return name.split('.').map(quote).join('.');
}

export function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

function createTable(table: Described): string {
  const columns = table.columns.map(({ name, type, refers }) => {
    const isOptional = refers === null || refers.isOptional || refers.table === table.name;
    return `${quote(name)} ${type}${isOptional ? '' : ' not null'}`;
  });
  const key = table.columns.filter(({ isKey }) => isKey).map(({ name }) => quote(name));
  const lines = [...columns, ...(key.length > 0 ? [`primary key (${key})`] : []), ...table.constraints];
  const inherits = table.inherits ? ` inherits (${quoteTable(table.inherits)})` : '';
  return `create table ${quoteTable(table.name)} (${lines.join(', ')})${inherits}`;
}

function foreignKeys(table: Described): string[] {
  return table.columns.flatMap(({ name, refers }) => {
    if (!refers?.isDeclared) return [];
    const target = `${quoteTable(refers.table)} (${quote(refers.column)})`;
    return [`alter table ${quoteTable(table.name)} add foreign key (${quote(name)}) references ${target}`];
  });
}
