import type { Column, Relation } from '../catalog/database-schema.ts';
import type { Catalog } from '../sources/postgres/columns.ts';
import { quoteTable } from '../sources/postgres/quote.ts';
import type { CatalogColumn, CatalogTable } from '../sources/postgres/tables.ts';
import type { Way } from '../sources/source.ts';

/** The tables that one way goes through, as the catalog has them: the category's own first. */
export interface CheckedWay {
  way: Way;
  hops: Relation[];
}

/** What the reader would ask of the catalogs for a category, made of what was read for all tables at once. */
export function catalogOf(relation: Relation, ways: CheckedWay[]): Catalog {
  return {
    table: tableOf(relation),
    ways: ways.map(({ way, hops }) => ({ way, hops: hops.map(tableOf) })),
  };
}

function tableOf(relation: Relation): CatalogTable {
  const { kind, columns } = relation;
  return {
    oid: '0',
    name: quoteTable(relation),
    hasAddresses: kind === 'table' || kind === 'partitioned' || kind === 'materialised-view',
    isPartitioned: kind === 'partitioned',
    isAlone: false,
    columns: new Map(columns.map((column) => [column.name, readColumnOf(column)])),
  };
}

export function readColumnOf({ name, type, kind, isNullable }: Column): CatalogColumn {
  const isOther = kind === 'array' || kind === 'composite' || kind === 'json-like';
  return {
    name,
    type,
    kind: isOther ? kind : 'plain',
    isNullable,
    collationOid: '0',
    needsCollation: false,
  };
}
