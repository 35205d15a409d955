import type { Words } from './define.ts';
import type { Allowance, ChatEntity, ExportKind, Field, LeftOut, ResolvedChat } from './resolved.ts';

/**
 * What one category hands over of each row, and what stays and why. The register and every manifest say it by this
 * one function, so that they cannot differ.
 */
export interface WhatLeaves {
  category: string;
  /** `schema.table`, as the catalog has them. */
  table: string;
  /** In the order in which the keys stand in each row. */
  fields: Field[];
  /** Columns, and paths inside those that leave. */
  excluded: LeftOut[];
  /** The predicate that rows have to meet, and why those stay that do not; null when all rows leave. */
  rows: { where: string; why: Words | null } | null;
  sensitive: Allowance[];
}

/** One a category, in archive order. */
export function whatLeaves(kind: ExportKind): WhatLeaves[] {
  return kind.categories.map((category, index) => {
    const { schema = '', table = '', where } = kind.selections[index] ?? {};
    return {
      category: category.name,
      table: `${schema}.${table}`,
      fields: category.fields,
      excluded: category.leftOut,
      rows: where === undefined ? null : { where, why: category.rowsLeftOut },
      sensitive: category.sensitive,
    };
  });
}

/** One an entity that the config maps. A field is called as the API calls it. */
export function whatLeavesByChat(chat: ResolvedChat): WhatLeaves[] {
  return chatEntities(chat).map(({ name, entity }) => ({
    category: name,
    table: `${entity.schema}.${entity.table}`,
    fields: [...Object.entries(entity.fields), ...Object.entries(entity.custom)].map(([key, { column }]) => ({
      column,
      key,
      class: entity.classes[column] ?? 'provided',
    })),
    excluded: entity.leftOut,
    rows: null,
    sensitive: entity.sensitive,
  }));
}

/** The entities that the config maps, by their names in it. */
export function chatEntities(chat: ResolvedChat): { name: ChatEntityName; entity: ChatEntity }[] {
  return chatEntityNames.flatMap((name) => {
    const entity = chat[name];
    return entity === null ? [] : [{ name, entity }];
  });
}

export type ChatEntityName = (typeof chatEntityNames)[number];
export const chatEntityNames = [
  'users',
  'channels',
  'members',
  'messages',
  'reactions',
  'reads',
  'calls',
] as const;
