import {
  type Column,
  type DatabaseSchema,
  findColumn,
  type Relation,
  type TableName,
  tableKey,
} from '../catalog/database-schema.ts';
import { type Link as CatalogLink, linksOf } from '../catalog/links.ts';
import { spell } from '../classify/name-words.ts';
import { type Link, nameOf, roleOf, typesAgree } from './link.ts';
import { formsOf, isOfPeople, meansSame } from './table-names.ts';

/** What names of columns can be taken to mean. */
export interface Naming {
  tables: Relation[];
  subject: Relation;
  /** What the names of columns say, by column. */
  byColumn: Map<string, CatalogLink>;
  /** Whom `author_id` and `created_by` mean; null when no table is of people. */
  people: Relation | null;
}

export function namingOf(schema: DatabaseSchema, tables: Relation[], subject: Relation): Naming {
  const users = tables.find(({ table }) => meansSame(table, 'users'));
  const people = isOfPeople(subject.table) ? subject : (users ?? null);
  const byColumn = new Map(
    linksOf(schema)
      .filter(({ by, columns }) => by === 'convention' && columns.length === 1)
      .map((link) => [columnKey(link.from, link.columns[0] ?? ''), link]),
  );
  return { tables, subject, people, byColumn };
}

/** What a column is taken to name, where no foreign key says so; null when it names nothing. */
export function linkByName(from: Relation, column: Column, naming: Naming): Link | null {
  const role = roleOf(column.name);
  const isReference = role !== spell(column.name);
  const target =
    calledAfter(from, column, naming) ??
    (isReference ? nearest(from, naming.tables, role) : null) ??
    keyNamedLike(from, column, naming.tables) ??
    (peopleRoles.test(role) ? naming.people : null) ??
    (isReference && shortFor(role, naming.subject) ? naming.subject : null) ??
    (isReference ? null : plainReference(from, column, naming.tables));
  if (target === null || target === from) return null;
  const on = joinOf(from, column, target);
  if (on === null) return null;
  const isNullable = Object.keys(on).some((name) => findColumn(from, name)?.isNullable !== false);
  return { from: nameOf(from), to: nameOf(target), on, isDeclared: false, isNullable, role };
}

function calledAfter(from: Relation, { name }: Column, { tables, byColumn }: Naming): Relation | null {
  const to = byColumn.get(columnKey(from, name))?.to;
  return (to && tables.find((table) => tableKey(table) === tableKey(to))) ?? null;
}

function columnKey(table: TableName, column: string): string {
  return JSON.stringify([tableKey(table), column]);
}

/** `cust_id` beside a table of customers. */
function shortFor(role: string, subject: Relation): boolean {
  const long = { acc: 'account', acct: 'account', usr: 'user', org: 'organi', cli: 'client', mbr: 'member' }[
    role
  ];
  const start = long ?? (role.length >= 4 ? role : null);
  return start !== null && formsOf(subject.table).some((form) => form.startsWith(start));
}

const peopleRoles =
  /^(users?|owners?|own(ed)?_by|creator|created_by|author|authored_by|writer|member|sender|from_user|recipient|receiver|to_user|uploader|uploaded_by|submitter|submitted_by|requester|requested_by|reporter|reported_by|participant|follower|followee|following|followed|friend|buyer|seller|payer|payee|host|guest|person|subscriber|actor|performed_by|assignee|assigned_to|inviter|invited_by|invitee|approver|approved_by|updated_by|modified_by|deleted_by|closed_by|reviewer|reviewed_by|customer|client|used_by|redeemed_by|claimed_by|opened_by|graded_by|grader|blocker|blocked|muter|muted|rater|voter|liker|commenter|poster|booker|bidder|winner|visitor|viewer|tester|signer|contributor|speaker|presenter|organi[sz]er|attendee|enrollee|applicant|candidate|beneficiary|trainee|mentee|mentor|patient|caller|callee|lead|booked_by|placed_by|ordered_by|posted_by|sent_by|editor|edited_by)$/;

/** The table of that name; of the same schema, if several have one. */
function nearest(from: Relation, tables: Relation[], role: string): Relation | null {
  const found = tables.filter(({ table }) => meansSame(table, role));
  const near = found.filter(({ schema }) => schema === from.schema);
  const candidates = near.length > 0 ? near : found;
  const exact = candidates.filter(({ table }) => formsOf(table).includes(role.replaceAll('_', '')));
  return (exact.length > 0 ? exact : candidates)[0] ?? null;
}

/** A table whose key is called so itself, and by a name that says whose it is: `customer_id` of `clients`. */
function keyNamedLike(from: Relation, column: Column, tables: Relation[]): Relation | null {
  if (/^(id|uuid|guid|key|name|code|pk|number|type|date|slug|title|position|token)$/.test(spell(column.name)))
    return null;
  const found = tables.filter(
    (table) =>
      table !== from &&
      table.primaryKey?.length === 1 &&
      table.primaryKey[0] === column.name &&
      // The key of a table that only adds to another one is that other one's.
      !table.foreignKeys.some(({ columns }) => columns.includes(column.name)),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** `account bigint`, beside a table `account`: only where the type is that of an id, since a name is often a text. */
function plainReference(from: Relation, column: Column, tables: Relation[]): Relation | null {
  return /^(int4|int8|uuid)$/.test(column.type.name) ? nearest(from, tables, spell(column.name)) : null;
}

/** Which columns join, when their types agree; null when they do not. */
function joinOf(from: Relation, column: Column, target: Relation): Record<string, string> | null {
  const key = keyOf(target, column.name);
  const [only, ...others] = key;
  if (only === undefined) return null;
  const own = key.find((name) => spell(name) === 'id' || name === column.name) ?? only;
  const found = findColumn(target, own);
  if (found === null || !typesAgree(column, found)) return null;
  const on: Record<string, string> = { [column.name]: own };
  // Of a key over several columns (`tenant_id`, `id`), the others must stand in both tables under one name.
  for (const name of others.length > 0 ? key.filter((name) => name !== own) : []) {
    const [mine, theirs] = [findColumn(from, name), findColumn(target, name)];
    if (mine === null || theirs === null || !typesAgree(mine, theirs)) return null;
    on[name] = name;
  }
  return on;
}

function keyOf(target: Relation, column: string): string[] {
  if (target.primaryKey) return target.primaryKey;
  const unique = target.uniqueKeys.find(({ columns }) => columns.length === 1);
  if (unique) return unique.columns;
  const id = target.columns.find(({ name }) => spell(name) === 'id' || name === column);
  return id ? [id.name] : [];
}
