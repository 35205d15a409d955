import type { Relation, TableName } from '../catalog/database-schema.ts';

/** `calls.price`, with the schema where it is not `public`. */
export function nameOf({ schema, table }: TableName, column?: string): string {
  const place = schema === 'public' ? table : `${schema}.${table}`;
  return column === undefined ? place : `${place}.${column}`;
}

export function namesOf(relation: Relation): string[] {
  return relation.columns.map(({ name }) => name);
}

/** As in SQL that a person copies: in quotes only where it needs them. */
export function quote(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function quoteTable({ schema, table }: TableName): string {
  return schema === 'public' ? quote(table) : `${quote(schema)}.${quote(table)}`;
}

/** The reserved words that are likely names. */
const reserved = new Set([
  ...[
    'all',
    'analyse',
    'analyze',
    'and',
    'any',
    'array',
    'as',
    'asc',
    'authorization',
    'both',
    'case',
    'cast',
  ],
  ...[
    'check',
    'collate',
    'collation',
    'column',
    'constraint',
    'create',
    'cross',
    'default',
    'desc',
    'distinct',
  ],
  ...['do', 'else', 'end', 'except', 'false', 'fetch', 'for', 'foreign', 'freeze', 'from', 'full', 'grant'],
  ...['group', 'having', 'in', 'initially', 'inner', 'intersect', 'into', 'is', 'join', 'lateral', 'leading'],
  ...['left', 'like', 'limit', 'natural', 'not', 'null', 'offset', 'on', 'only', 'or', 'order', 'outer'],
  ...['placing', 'primary', 'references', 'returning', 'right', 'select', 'session_user', 'similar', 'some'],
  ...['symmetric', 'table', 'then', 'to', 'trailing', 'true', 'union', 'unique', 'user', 'using', 'variadic'],
  ...['verbose', 'when', 'where', 'window', 'with'],
]);
