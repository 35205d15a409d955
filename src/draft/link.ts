import type { Column, TableName } from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';

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

/** `account_id`, `accountid`, `accountId`, `fk_account`, `id_account` → `account`; a name without such a sign is its own role. */
export function roleOf(column: string): string {
  const name = spell(column);
  const before = /^(?:fk|id|ref)_?(.{3,}?)(?:_id)?$/.exec(name)?.[1];
  const behind = /^(.+?)_?(?:id|uuid|guid|fk|ref)$/.exec(name)?.[1];
  return behind ?? before ?? name;
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

/** Without the rest of a relation. */
export function nameOf({ schema, table }: TableName): TableName {
  return { schema, table };
}
