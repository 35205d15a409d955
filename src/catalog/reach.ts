import { type DatabaseSchema, isSameTable, type TableName, tableKey } from './database-schema.ts';
import { type Link, linksOf } from './links.ts';

/** A table with rows that lead to a subject, and on which way. */
export interface Reached extends TableName {
  /** From this table to the subject's: one link or more. The shortest way; of two, the one that is declared. */
  way: Link[];
}

/**
 * The tables whose rows lead to a row of the subject's table, nearest first. The subject's own table is not among them.
 * `draft` writes a category for each; `check` looks whether the config names each.
 */
export function reachableFrom(schema: DatabaseSchema, subject: TableName): Reached[] {
  const links = linksOf(schema).sort((a, b) => surest.indexOf(a.by) - surest.indexOf(b.by));
  const reached = new Map<string, Reached>();
  let edge: Reached[] = [{ ...subject, way: [] }];
  while (edge.length > 0) {
    const next: Reached[] = [];
    for (const link of links) {
      const key = tableKey(link.from);
      if (reached.has(key) || isSameTable(link.from, subject)) continue;
      const onward = edge.find((table) => isSameTable(table, link.to));
      if (onward === undefined) continue;
      const table = { ...link.from, way: [link, ...onward.way] };
      reached.set(key, table);
      next.push(table);
    }
    edge = next;
  }
  return [...reached.values()];
}

const surest: Link['by'][] = ['foreign-key', 'convention', 'role', 'polymorphic'];
