import { KIND_OF_TYPE } from '../sources/postgres/types.ts';

// Each statement answers with one JSON object a row. They work on Postgres 12 and later; a column of a catalog that
// came later is read through `to_jsonb`.

/** The schemas of the system, and those of temporary tables, are left out. */
const PRODUCT_SCHEMAS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const RELATIONS = `
  pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${PRODUCT_SCHEMAS}`;

export interface DatabaseRow {
  database: string;
  role: string;
  version: number;
}

export const DATABASE = `
  select pg_catalog.json_build_object(
    'database', pg_catalog.current_database(), 'role', current_user,
    'version', pg_catalog.current_setting('server_version_num')::int)::text`;

export interface RelationRow {
  oid: string;
  schema: string;
  table: string;
  kind: 'r' | 'p' | 'v' | 'm' | 'f';
  isPartition: boolean;
  comment: string | null;
  extension: string | null;
  rows: number;
  /** 0 for a table without a page; before Postgres 14 `rows` is 0 also where nobody has counted. */
  pages: number;
  rowSecurity: { isEnabled: boolean; isForced: boolean; bindsRole: boolean };
  isReadable: boolean;
}

export const RELATION = `
  select pg_catalog.json_build_object(
    'oid', c.oid::text, 'schema', n.nspname, 'table', c.relname, 'kind', c.relkind, 'isPartition', c.relispartition,
    'comment', d.description, 'extension', e.extname, 'rows', c.reltuples, 'pages', c.relpages,
    'rowSecurity', pg_catalog.json_build_object('isEnabled', c.relrowsecurity, 'isForced', c.relforcerowsecurity,
      'bindsRole', c.relrowsecurity and pg_catalog.row_security_active(c.oid)),
    'isReadable', pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select')
  )::text
  from ${RELATIONS}
  left join pg_catalog.pg_description d
    on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0
  left join pg_catalog.pg_depend p on p.objid = c.oid and p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and p.objsubid = 0 and p.deptype = 'e'
  left join pg_catalog.pg_extension e on e.oid = p.refobjid
  order by n.nspname collate "C", c.relname collate "C"`;

export interface ParentRow {
  child: string;
  parent: string;
}

export const PARENT = `
  select pg_catalog.json_build_object('child', inhrelid::text, 'parent', inhparent::text)::text
  from pg_catalog.pg_inherits order by inhrelid, inhseqno`;

export interface ColumnRow {
  relation: string;
  name: string;
  writtenType: string;
  type: { schema: string; name: string };
  domain: { schema: string; name: string } | null;
  kind: 'plain' | 'array' | 'composite' | 'json-like';
  /** Of `pg_type.typtype`: `b`ase, `c`omposite, `e`num, `r`ange, `m`ultirange. */
  typeKind: string;
  elementType: { schema: string; name: string } | null;
  isNullable: boolean;
  isGenerated: boolean;
  generatedFrom: string[];
  parts: string[];
  isNumbered: boolean;
  comment: string | null;
  isReadable: boolean;
}

export const COLUMN = `
  with recursive looked_through(domain, base) as (
    select t.oid, t.typbasetype from pg_catalog.pg_type t where t.typtype = 'd'
    union all
    select l.domain, t.typbasetype
    from looked_through l join pg_catalog.pg_type t on t.oid = l.base and t.typtype = 'd'
  ), domain as (
    select l.domain, l.base, l.domain in (select oid from pg_catalog.pg_type where typnotnull) as is_not_null
    from looked_through l join pg_catalog.pg_type t on t.oid = l.base and t.typtype <> 'd'
  )
  select pg_catalog.json_build_object(
    'relation', a.attrelid::text, 'name', a.attname,
    'writtenType', pg_catalog.format_type(a.atttypid, a.atttypmod),
    'type', pg_catalog.json_build_object('schema', tn.nspname, 'name', t.typname),
    'domain', case when domain.domain is not null
      then pg_catalog.json_build_object('schema', wn.nspname, 'name', w.typname) end,
    'kind', ${KIND_OF_TYPE}, 'typeKind', t.typtype,
    'elementType', case when el.oid is not null
      then pg_catalog.json_build_object('schema', en.nspname, 'name', el.typname) end,
    'isNullable', not a.attnotnull and domain.is_not_null is distinct from true,
    'isGenerated', a.attgenerated <> '',
    'parts', case when t.typtype = 'c' or el.typtype = 'c' then (
      select pg_catalog.json_agg(f.attname order by f.attnum) from pg_catalog.pg_attribute f
      where f.attrelid = case t.typtype when 'c' then t.typrelid else el.typrelid end
        and f.attnum > 0 and not f.attisdropped) else '[]' end,
    'generatedFrom', case when a.attgenerated = '' then '[]' else (
      select coalesce(pg_catalog.json_agg(f.attname order by f.attnum), '[]')
      from pg_catalog.pg_attrdef g
      join pg_catalog.pg_depend p on p.refobjid = a.attrelid and p.refobjsubid not in (0, a.attnum) and (
        (p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and p.objid = g.oid)
        or (p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.objid = a.attrelid and p.objsubid = a.attnum))
        and p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      join pg_catalog.pg_attribute f on f.attrelid = a.attrelid and f.attnum = p.refobjsubid
      where g.adrelid = a.attrelid and g.adnum = a.attnum) end,
    'isNumbered', a.attidentity <> '' or coalesce(pg_catalog.pg_get_expr(v.adbin, v.adrelid) like 'nextval(%', false),
    'comment', d.description,
    'isReadable', pg_catalog.has_schema_privilege(n.oid, 'usage')
      and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')
  )::text
  from ${RELATIONS}
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type w on w.oid = a.atttypid
  join pg_catalog.pg_namespace wn on wn.oid = w.typnamespace
  left join domain on domain.domain = a.atttypid
  join pg_catalog.pg_type t on t.oid = coalesce(domain.base, a.atttypid)
  join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
  left join pg_catalog.pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  left join domain element on element.domain = e.oid
  left join pg_catalog.pg_type el on el.oid = coalesce(element.base, e.oid)
  left join pg_catalog.pg_namespace en on en.oid = el.typnamespace
  left join pg_catalog.pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum and a.attgenerated = ''
  left join pg_catalog.pg_description d
    on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = a.attnum
  order by a.attrelid, a.attnum`;

export interface ConstraintRow {
  relation: string;
  name: string;
  kind: 'p' | 'u' | 'f';
  columns: string[];
  referenced: string;
  referencedColumns: string[] | null;
  isValidated: boolean;
}

const namesOf = (relation: string, numbers: string) => `(
  select pg_catalog.json_agg(a.attname order by k.place)
  from pg_catalog.unnest(${numbers}) with ordinality k(number, place)
  join pg_catalog.pg_attribute a on a.attrelid = ${relation} and a.attnum = k.number)`;

/** Copies that Postgres itself makes for partitions are left out, and keys over periods, which join on no equality. */
export const CONSTRAINT = `
  select pg_catalog.json_build_object(
    'relation', o.conrelid::text, 'name', o.conname, 'kind', o.contype,
    'columns', ${namesOf('o.conrelid', 'o.conkey')},
    'referenced', o.confrelid::text, 'referencedColumns', ${namesOf('o.confrelid', 'o.confkey')},
    'isValidated', o.convalidated and coalesce((pg_catalog.to_jsonb(o) ->> 'conenforced')::bool, true)
  )::text
  from ${RELATIONS}
  join pg_catalog.pg_constraint o on o.conrelid = c.oid and o.contype in ('p', 'u', 'f')
    and (o.contype <> 'f' or o.conparentid = 0)
    and coalesce((pg_catalog.to_jsonb(o) ->> 'conperiod')::bool, false) = false
  order by o.conrelid, o.conname collate "C"`;

export interface IndexRow {
  relation: string;
  name: string;
  method: string;
  columns: (string | null)[];
  isUnique: boolean;
  isPrimary: boolean;
  isValid: boolean;
  predicate: string | null;
}

export const INDEX = `
  select pg_catalog.json_build_object(
    'relation', x.indrelid::text, 'name', i.relname, 'method', m.amname,
    'columns', (
      select pg_catalog.json_agg(a.attname order by k.place)
      from pg_catalog.unnest(x.indkey::pg_catalog.int2[]) with ordinality k(number, place)
      left join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number
      where k.place <= x.indnkeyatts),
    'isUnique', x.indisunique, 'isPrimary', x.indisprimary, 'isValid', x.indisvalid and x.indisready and x.indislive,
    'predicate', pg_catalog.pg_get_expr(x.indpred, x.indrelid)
  )::text
  from ${RELATIONS}
  join pg_catalog.pg_index x on x.indrelid = c.oid
  join pg_catalog.pg_class i on i.oid = x.indexrelid
  join pg_catalog.pg_am m on m.oid = i.relam
  order by x.indrelid, i.relname collate "C"`;

export interface ViewRow {
  view: string;
  relation: string;
  column: string;
}

/**
 * The columns that a view names anywhere, of tables and of other views; not those of the view itself. Of a table of which
 * it names none it may read the row as a whole, `to_json(t)`, so all count.
 */
export const VIEW = `
  select distinct pg_catalog.jsonb_build_object(
    'view', c.oid::text, 'relation', p.refobjid::text, 'column', a.attname)::text
  from ${RELATIONS}
  join pg_catalog.pg_rewrite r on r.ev_class = c.oid
  join pg_catalog.pg_depend p on p.objid = r.oid and p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    and p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.refobjid <> c.oid
  join pg_catalog.pg_attribute a on a.attrelid = p.refobjid and a.attnum > 0 and not a.attisdropped
    and p.refobjsubid in (0, a.attnum)
  where c.relkind in ('v', 'm')
  order by 1`;
