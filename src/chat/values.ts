import type { FieldKind } from './api-fields.ts';
import type { InstantStyle } from './request.ts';

/** SQL of one value: in a row that the transcoder reads, and inside of a JSON object that Postgres prints. */
export interface Value {
  row: string;
  json: string;
}

/**
 * The value of a column whatever its type: a product keeps ids as numbers or uuids, instants with or without a zone
 * (then UTC), lists as arrays or JSON. `column` is quoted SQL. Null becomes `otherwise`, or the default of the kind.
 */
export function sqlValueOf(
  kind: FieldKind,
  column: string | null,
  { style, otherwise = defaults[kind] }: { style: InstantStyle; otherwise?: string | undefined },
): Value {
  if (column === null) return both(otherwise);
  if (kind === 'instant') return instantOf(column, style);
  if (kind === 'json') return { row: column, json: jsonOf(column) };
  const value = casts[kind](column);
  return both(isNull(otherwise) ? value : `coalesce(${value}, ${otherwise})`);
}

export function both(sql: string): Value {
  return { row: sql, json: sql };
}

/** An SQL expression of type timestamptz or timestamp; what is not finite has no day and is null. */
export function instantOf(sql: string, style: InstantStyle): Value {
  const instant = `${sql}::pg_catalog.timestamptz`;
  const finite = `case when pg_catalog.isfinite(${instant}) then ${instant} end`;
  if (style === 'nanoseconds') return both(nanoseconds(instant));
  return { row: finite, json: rfc3339(finite) };
}

/**
 * 64 bits hold the nanoseconds of 1677 to 2262. What lies beyond becomes the second at that end: a ban until 9999, which
 * means for ever, is none that has ended.
 */
function nanoseconds(instant: string): string {
  const seconds = `least(greatest(extract(epoch from ${instant}), -9223372036), 9223372036)`;
  return `case when pg_catalog.isfinite(${instant}) then (${seconds} * 1000000)::int8 * 1000 end`;
}

const defaults: Record<FieldKind, string> = {
  text: 'null::text',
  instant: 'null::timestamptz',
  flag: 'false',
  count: '0',
  list: "'[]'::json",
  object: "'{}'::json",
  json: 'null::json',
};

const casts = {
  text: (column: string) => `${column}::text`,
  flag: (column: string) => `${column}::boolean`,
  count: (column: string) => column,
  list: jsonOrNull,
  object: jsonOrNull,
};

/** JSON's own null is as good as none. */
function jsonOrNull(column: string): string {
  return `nullif(pg_catalog.to_json(${column})::text, 'null')::json`;
}

/**
 * What `row_to_json` would print, but instants and bytes as the transcoder writes them in a row. A type's branch is
 * only run for that type, so the cast through text never fails. `infinity` has no day to print and stays a word.
 */
function jsonOf(column: string): string {
  const type = `pg_catalog.pg_typeof(${column})::oid`;
  const text = `${column}::text`;
  return `case ${type}
    when 'pg_catalog.timestamptz'::regtype::oid then pg_catalog.to_json(coalesce(${rfc3339(`${text}::timestamptz`)}, ${text}))
    when 'pg_catalog.timestamp'::regtype::oid then pg_catalog.to_json(coalesce(${dayAndTime(`${text}::timestamp`, '')}, ${text}))
    when 'pg_catalog.bytea'::regtype::oid
      then pg_catalog.to_json(pg_catalog.translate(pg_catalog.encode(${text}::bytea, 'base64'), E'\\n', ''))
    else pg_catalog.to_json(${column}) end`;
}

function rfc3339(instant: string): string {
  return dayAndTime(`(${instant}) at time zone 'UTC'`, 'Z');
}

/** Years before the first have no form in RFC 3339 and get the one that the transcoder gives them. */
function dayAndTime(timestamp: string, zone: 'Z' | ''): string {
  const printed = `pg_catalog.to_char(${timestamp}, 'YYYY-MM-DD"T"HH24:MI:SS.US"${zone}"')`;
  return `${printed} || case when ${timestamp} < '0001-01-01' then ' BC' else '' end`;
}

function isNull(sql: string): boolean {
  return sql.startsWith('null');
}
