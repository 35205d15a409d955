import { isDeepStrictEqual } from 'node:util';
import {
  type ColumnName,
  type DatabaseSchema,
  findRelation,
  isSameTable,
  type Relation,
  type TableName,
  tableKey,
} from '../catalog/database-schema.ts';
import { denyClassOf } from '../classify/deny-class.ts';
import { parseColumnPath } from '../config/names.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import type { Session } from '../sources/postgres/session.ts';
import { tryAsking } from './ask.ts';
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';
import { nameOf } from './sql-names.ts';

/** A column of a table that a view reads, and why it must not leave. */
interface Secret extends ColumnName {
  /** Inside of JSON; empty for the whole column. */
  path: string[];
  why: string;
  /** Nobody has said so: it goes by its name, as `allowSensitive` does. */
  isByName: boolean;
}

/**
 * A view can hand out, under any name, what the config keeps back from its table or would refuse under its own name. The
 * planner knows of what each column of a view is made; where it does not tell, what the view reads at all counts.
 */
export async function checkView(
  session: Session,
  reading: Reading,
  relation: Relation,
  readings: Reading[],
  schema: DatabaseSchema,
  report: Report,
): Promise<void> {
  if (relation.kind !== 'view' && relation.kind !== 'materialised-view') return;
  const secrets = readBy(relation, schema).flatMap((read) => secretsOf(read, readings));
  if (secrets.length === 0) return;
  const made = new Map<string, Made | null>();
  for (const { column } of reading.leaving) made.set(column, await madeOf(session, relation, column));
  for (const secret of secrets) {
    const suspects = reading.leaving.filter(({ column, omit }) => {
      const isCut = omit.some((path) => isDeepStrictEqual(path, secret.path));
      return !isCut && isMadeOf(made.get(column) ?? null, secret, relation);
    });
    const isSecret = `${nameOf(secret, secret.column)}, which is ${secret.why}`;
    if (suspects.length > 1 && suspects.length === reading.leaving.length) {
      report(
        'view-over-secret',
        reading.place,
        `the view ${nameOf(relation)} reads ${isSecret}, and the database does not tell which of its columns are made of it`,
        'read the table instead of the view, or a view that does not read the secret',
      );
      continue;
    }
    for (const { column, place } of suspects) {
      if (column === secret.column && reading.allowed.has(column) && secret.isByName) continue;
      report(
        'view-over-secret',
        place,
        `the view ${nameOf(relation)} makes ${column} of ${isSecret}`,
        `exclude ${column}, or read the table instead of the view`,
      );
    }
  }
}

/** What the config excludes as a secret from that table; else what is one by its name. */
function secretsOf(read: ColumnName, readings: Reading[]): Secret[] {
  const excluded = readings
    .filter((other) => isSameTable(other, read))
    .flatMap(({ excluded }) => excluded)
    .flatMap(({ what, reason }) => {
      const [column, ...path] = parseColumnPath(what) ?? [];
      return reason === 'secret' && column === read.column ? [path] : [];
    });
  if (excluded.length > 0)
    return excluded.map((path) => ({ ...read, path, why: 'excluded as a secret', isByName: false }));
  const denyClass = denyClassOf(read.column);
  return denyClass === null
    ? []
    : [{ ...read, path: [], why: `of the deny class ${denyClass}`, isByName: true }];
}

/** Every column of every table that a view reads: `to_json(t)` hands out those too that it does not name. */
function readBy({ reads }: Relation, schema: DatabaseSchema): ColumnName[] {
  const tables = new Map(reads.map((read) => [tableKey(read), findRelation(schema, read)]));
  return [...tables.values()].flatMap((table) =>
    table === null
      ? []
      : table.columns.map(({ name }) => ({ schema: table.schema, table: table.table, column: name })),
  );
}

function isMadeOf(made: Made | null, secret: Secret, { reads }: Relation): boolean {
  if (made?.wholeRows.some((table) => table === null || isSameTable(table, secret))) return true;
  const isNamed = reads.some((read) => isSameTable(read, secret) && read.column === secret.column);
  return isNamed && (made === null || mentions(made.text, secret.column));
}

/** What a plan computes for a column of a view. */
interface Made {
  /** The expressions. */
  text: string;
  /** Tables of which whole rows are in it; null for one that the plan calls otherwise, as it does partitions. */
  wholeRows: (TableName | null)[];
}

/** Null where the server does not tell. */
async function madeOf(session: Session, relation: Relation, column: string): Promise<Made | null> {
  const from = relation.kind === 'view' ? quoteTable(relation) : await definitionOf(session, relation);
  if (from === null) return null;
  const plan = await tryAsking(
    session,
    `explain (verbose, costs off, format json) select v.${quoteIdentifier(column)} from ${from} v`,
  );
  if (plan instanceof Error) return null;
  const [root] = JSON.parse(plan[0]?.[0] ?? '[]');
  if (root === undefined) return null;
  const text = handedOut(root.Plan).join('\n');
  const scanned = scansOf(root.Plan);
  const wholeRows = [...text.matchAll(WHOLE_ROW)].map(
    ([, quoted, plain]) => scanned.get(quoted?.replaceAll('""', '"') ?? plain ?? '') ?? null,
  );
  return { text, wholeRows };
}

/** `users.*`, `"Users".*` */
const WHOLE_ROW = /(?:"((?:[^"]|"")+)"|([\w$]+))\.\*/g;

/** The tables of a plan, by what its expressions call them. */
function scansOf(node: PlanNode): Map<string, TableName> {
  const { Alias: alias, Schema: schema, 'Relation Name': table, Plans: below = [] } = node;
  const own: [string, TableName][] = alias && schema && table ? [[alias, { schema, table }]] : [];
  return new Map([...own, ...below.flatMap((child) => [...scansOf(child)])]);
}

/** A materialised view is a table to the planner; the role may read what it was made of, or not. */
async function definitionOf(session: Session, relation: Relation): Promise<string | null> {
  const name = quoteLiteral(quoteTable(relation));
  const found = await tryAsking(session, `select pg_catalog.pg_get_viewdef(${name}::regclass)`);
  const sql = found instanceof Error ? null : (found[0]?.[0] ?? null);
  return sql && `(${sql.replace(/;\s*$/, '')})`;
}

interface PlanNode {
  'Node Type': string;
  /** `CTE name`, or of a subquery in an expression. */
  'Subplan Name'?: string;
  Output?: string[];
  Alias?: string;
  Schema?: string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/**
 * What a plan hands out is written in the columns of its tables, except where a subquery stands in between: there it is
 * written in the subquery's own names, and what the subquery hands out counts.
 */
function handedOut(node: PlanNode): string[] {
  return [...(node.Output ?? []), ...(node.Plans ?? []).flatMap((child) => behind(node, child))];
}

function behind(node: PlanNode, child: PlanNode): string[] {
  const isSubquery = subqueryNodes.has(node['Node Type']) || child['Subplan Name'] !== undefined;
  return isSubquery ? handedOut(child) : (child.Plans ?? []).flatMap((inner) => behind(child, inner));
}

const subqueryNodes = new Set(['Subquery Scan', 'Append', 'Merge Append', 'SetOp', 'Recursive Union']);

/** As a whole name: `otp` is not in `otp_required`. */
function mentions(text: string, column: string): boolean {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w$])${escaped}($|[^\\w$])`).test(text);
}
