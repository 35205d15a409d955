import {
  type Column,
  findColumn,
  type Relation,
  type TableName,
  tableKey,
} from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';
import { formsOf, isOfPeople, meansSame } from './table-names.ts';

/** That a row of one table names a row of another: by a declared foreign key, or by how its columns are called. */
export interface Link {
  from: TableName;
  to: TableName;
  /** Column of `from` → column of `to`. */
  on: Record<string, string>;
  isDeclared: boolean;
  /** Some rows may name none. */
  isNullable: boolean;
  /** What the other row is to this one, as the column says: `author`, `customer`, `approved_by`. */
  role: string;
}

/** Every link between these tables. Where a foreign key is declared, the name of its column counts no more. */
export function findLinks(tables: Relation[], subject: Relation): Link[] {
  const known = new Map(tables.map((table) => [tableKey(table), table]));
  const naming = namingOf(tables, subject);
  return tables.flatMap((from) => {
    const declared = from.foreignKeys
      .filter(({ referenced }) => known.has(tableKey(referenced)))
      .map(({ columns, referenced }): Link => {
        const { schema, table } = referenced;
        return {
          from: nameOf(from),
          to: { schema, table },
          on: Object.fromEntries(
            columns.map((column, index) => [column, referenced.columns[index] ?? column]),
          ),
          isDeclared: true,
          isNullable: columns.some((name) => findColumn(from, name)?.isNullable !== false),
          role: roleOf(columns.at(-1) ?? ''),
        };
      });
    const taken = new Set(from.foreignKeys.flatMap(({ columns }) => columns));
    const named = from.columns
      .filter(({ name }) => !taken.has(name))
      .flatMap((column) => linkByName(from, column, naming) ?? []);
    return [...declared, ...named];
  });
}

interface Naming {
  tables: Relation[];
  /** Whom `author_id` and `created_by` mean; null when no table is of people. */
  people: Relation | null;
}

function namingOf(tables: Relation[], subject: Relation): Naming {
  const users = tables.find(({ table }) => meansSame(table, 'users'));
  const people = isOfPeople(subject.table) ? subject : (users ?? null);
  return { tables, people };
}

function linkByName(from: Relation, column: Column, naming: Naming): Link | null {
  const role = roleOf(column.name);
  const isReference = role !== spell(column.name);
  const target =
    (isReference ? nearest(from, naming.tables, role) : null) ??
    keyNamedLike(from, column, naming.tables) ??
    (peopleRoles.test(role) ? naming.people : null) ??
    (isReference ? null : plainReference(from, column, naming.tables));
  if (target === null || target === from) return null;
  const on = joinOf(from, column, target);
  if (on === null) return null;
  const isNullable = Object.keys(on).some((name) => findColumn(from, name)?.isNullable !== false);
  return { from: nameOf(from), to: nameOf(target), on, isDeclared: false, isNullable, role };
}

/** `account_id`, `accountid`, `accountId`, `fk_account`, `id_account` → `account`; a name without such a sign is its own role. */
export function roleOf(column: string): string {
  const name = spell(column);
  const before = /^(?:fk|id|ref)_(.+?)(?:_id)?$/.exec(name)?.[1];
  const behind = /^(.+?)_?(?:id|uuid|guid|fk|ref)$/.exec(name)?.[1];
  return before ?? behind ?? name;
}

const peopleRoles =
  /^(users?|owners?|own(ed)?_by|creator|created_by|author|authored_by|writer|member|sender|from_user|recipient|receiver|to_user|uploader|uploaded_by|submitter|submitted_by|requester|requested_by|reporter|reported_by|participant|follower|followee|following|followed|friend|buyer|seller|payer|payee|host|guest|person|subscriber|actor|performed_by|assignee|assigned_to|inviter|invited_by|invitee|approver|approved_by|updated_by|modified_by|deleted_by|closed_by|reviewer|reviewed_by|customer|client)$/;

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

/** Whether values of two columns can be compared with `=` and mean the same. */
export function typesAgree(one: Column, other: Column): boolean {
  const groupOf = ({ type }: Column) =>
    sameTypes.find((names) => names.includes(type.name)) ?? [`${type.schema}.${type.name}`];
  return groupOf(one)[0] === groupOf(other)[0];
}

const sameTypes = [
  ['int8', 'int4', 'int2', 'numeric'],
  ['text', 'varchar', 'bpchar', 'citext', 'name'],
];

function nameOf({ schema, table }: TableName): TableName {
  return { schema, table };
}
