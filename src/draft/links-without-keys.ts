import { findColumn, type Relation } from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';
import { type Link, nameOf, roleOf, typesAgree } from './link.ts';
import type { Naming } from './links-by-name.ts';

/** `customer_aud` keeps older versions of rows of `customer`, under their key. */
export function historyLinks(from: Relation, tables: Relation[]): Link[] {
  const stem =
    /^(.+?)_?(aud|audit|audits|history|hist|versions?|revisions?|archive|archived|log|shadow|deleted|old)$/i.exec(
      from.table,
    )?.[1];
  if (stem === undefined) return [];
  const target = tables.find(
    (table) => table.schema === from.schema && table.table.toLowerCase() === stem.toLowerCase(),
  );
  const [key, ...others] = target?.primaryKey ?? [];
  if (!target || key === undefined || others.length > 0 || from.primaryKey?.join() === key) return [];
  const [mine, theirs] = [findColumn(from, key), findColumn(target, key)];
  if (!mine || !theirs || mine.isNumbered || !typesAgree(mine, theirs)) return [];
  if (from.primaryKey !== null && !from.primaryKey.includes(key)) return [];
  const link = { from: nameOf(from), to: nameOf(target), on: { [key]: key }, isDeclared: false };
  return [{ ...link, isNullable: mine.isNullable, role: roleOf(stem) }];
}

/** Logs that name a person by what they sign in with: `username`, where that is unique among people. */
export function loginLinks(from: Relation, { people }: Naming): Link[] {
  if (people === null || from === people) return [];
  return from.columns.flatMap((column) => {
    const isUnique = people.uniqueKeys.some(({ columns }) => columns.join() === column.name);
    const theirs = findColumn(people, column.name);
    if (!login.test(spell(column.name)) || !isUnique || !theirs || !typesAgree(column, theirs)) return [];
    const link = {
      from: nameOf(from),
      to: nameOf(people),
      on: { [column.name]: column.name },
      isDeclared: false,
    };
    return [{ ...link, isNullable: true, role: spell(column.name) }];
  });
}

const login =
  /^(user_?name|login|login_?name|account_?code|account_?(no|number)|customer_?(no|number|code)|kunden_?(nr|nummer)|handle|extension|msisdn|member_?(no|number))$/;
