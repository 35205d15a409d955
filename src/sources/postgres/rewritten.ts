import { HandoverError } from '../../errors.ts';
import type { Selection } from '../source.ts';
import { quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';
import type { CatalogTable } from './tables.ts';

/**
 * TRUNCATE, and an ALTER TABLE that rewrites the table, show even to older snapshots a table without the old rows:
 * a migration in the middle of an export would leave rows out in silence. To find out without holding a lock for
 * the whole export: the files that the snapshot knows the tables by must be the files that they have now.
 *
 * A table that took the name of another since is the one that a statement reads, and the snapshot sees no row of it. So a
 * name must still be that of the table that the snapshot knows by it.
 *
 * Partitions that were taken off since, and the tables of views, count too. `oids` are those of the tables. Ask after
 * they were read in the same (sub)transaction, whose locks keep them as they are. False also where the rows are all
 * there (VACUUM FULL), since this cannot be told apart.
 */
async function areUnchanged(session: Session, oids: string[]): Promise<boolean> {
  const [found] = await session.query(`select (${changesOfFamilies(oids)})::text`);
  return found?.[0] === '0';
}

/** How many of the tables, and of those below them, are others now. */
function changesOfFamilies(oids: string[]): string {
  return `
    with recursive family(oid, parent) as (
      select c.oid, null::oid from pg_catalog.pg_class c where c.oid in (${oids})
      union
      select below.oid, below.parent
      from family, lateral (
        select i.inhrelid as oid, i.inhparent as parent from pg_catalog.pg_inherits i where i.inhparent = family.oid
        union all
        select d.refobjid, null from pg_catalog.pg_rewrite r
        join pg_catalog.pg_depend d on d.objid = r.oid and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        where r.ev_class = family.oid
      ) below
    )
    select count(*)
    from family join pg_catalog.pg_class c on c.oid = family.oid
    where ${IS_OTHER_FILE}
      or (c.relispartition and family.parent is not null and not exists (
        select from pg_catalog.pg_partition_ancestors(c.oid) a where a.relid = family.parent))`;
}

/**
 * A statement that counts which of the tables that were read are others now. Of those that are alone it does not look for
 * what may lie below them: planning that costs more than a small read.
 */
export function changesOf(tables: CatalogTable[]): string {
  const oids = tables.map(({ oid }) => oid);
  const files = tables.every(({ isAlone }) => isAlone)
    ? `select count(*) from pg_catalog.pg_class c where c.oid in (${oids}) and ${IS_OTHER_FILE}`
    : changesOfFamilies(oids);
  return `select ((${files}) + ${tables.map(isOtherTable).join(' + ')})::text`;
}

/** 1 where the name is another table's now, or nobody's. */
function isOtherTable({ name, oid }: CatalogTable): string {
  const now = `pg_catalog.to_regclass(${quoteLiteral(name)})::pg_catalog.oid`;
  return `(${now} is distinct from ${oid}::pg_catalog.oid)::int`;
}

const IS_OTHER_FILE =
  '(c.relfilenode <> 0 and c.relfilenode is distinct from pg_catalog.pg_relation_filenode(c.oid))';

/**
 * Whether reading a selection may look at tables that it does not name: those below what it names, or in its `where`. A
 * condition without brackets has no statement in it, nor a function.
 */
export function readsOthers({ where = '' }: Pick<Selection, 'where'>, tables: CatalogTable[]): boolean {
  return where.includes('(') || !tables.every(({ isAlone }) => isAlone);
}

/** The name of a relation as it is now, whatever the snapshot says. */
const NAME_NOW = `(pg_catalog.pg_identify_object('pg_catalog.pg_class'::pg_catalog.regclass, l.relation, 0)).identity`;

/**
 * The tables that statements of this (sub)transaction have read, as their locks say, without those of the system: oid,
 * whether it is alone, whether others inherit from it, and whether it is `other` or `new`. One that the snapshot knows by
 * another name took the name of another since. One that it does not know did so as well, or was put below one, unless it
 * is an index or a new partition: of that, the snapshot misses nothing.
 */
export const TABLES_READ = `
  select c.oid::text, (c.relkind = 'r' and not c.relhassubclass)::text, (c.relkind = 'r' and c.relhassubclass)::text, case
      when pg_catalog.pg_partition_root(l.relation) <> l.relation and c.oid is null then null
      when c.oid is null then 'new'
      when ${IS_OTHER_FILE} or ${NAME_NOW} is distinct from pg_catalog.format('%I.%I', n.nspname, c.relname)
        then 'other' end
  from pg_catalog.pg_locks l left join pg_catalog.pg_class c on c.oid = l.relation
    left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation' and l.granted and l.relation >= 16384
    and case when c.oid is null then pg_catalog.pg_get_indexdef(l.relation) is null
      else c.relkind in ('r', 'p', 'v', 'm', 'f') end`;

/** What {@link TABLES_READ} answers to a `COPY` in the text format: there is nothing in it that would be escaped. */
export function tablesReadOf(text: string): (string | null)[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t').map((value) => (value === '\\N' ? null : value)));
}

/**
 * Throws `snapshot_lost` where what {@link TABLES_READ} answers is not as it was: where each table is alone, it says so itself.
 * Beside a table that others inherit from, a new one is taken for one more of them, of which the snapshot misses nothing either.
 */
export async function requireReadUnchanged(session: Session, tablesRead: (string | null)[][]): Promise<void> {
  if (!(await areReadUnchanged(session, tablesRead))) throw new HandoverError('snapshot_lost');
}

async function areReadUnchanged(session: Session, tablesRead: (string | null)[][]): Promise<boolean> {
  const hasOne = (change: string) => tablesRead.some(([, , , found]) => found === change);
  const hasHeirs = tablesRead.some(([, , isInherited]) => isInherited === 'true');
  if (hasOne('other') || (hasOne('new') && !hasHeirs)) return false;
  if (tablesRead.every(([, isAlone]) => isAlone === 'true')) return true;
  return areUnchanged(session, [...new Set(tablesRead.flatMap(([oid]) => oid ?? []))]);
}
