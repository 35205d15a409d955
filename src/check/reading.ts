import type { TableName } from '../catalog/database-schema.ts';
import type { ExportKind, LeftOut, ResolvedChat } from '../config/resolved.ts';
import { type ChatEntityName, chatEntities } from '../config/what-leaves.ts';
import type { Selection } from '../sources/source.ts';
import type { Place } from './finding.ts';

/** A place of the config that reads one table: a category, or an entity of the server door. */
export interface Reading extends TableName {
  /** For people: `calls`, `chat.messages`. */
  name: string;
  place: Place;
  only: boolean;
  leaving: LeavingColumn[];
  /** Columns, and paths inside those that leave. */
  excluded: LeftOut[];
  /** Why a column leaves that looks like a secret, by column. */
  allowed: Set<string>;
  /** Columns that are read and need not leave: order, keys, joins, constants. */
  used: { column: string; place: Place }[];
  orderBy: string[] | null;
  selection: Selection | null;
  entity: ChatEntityName | null;
}

export interface LeavingColumn {
  column: string;
  omit: string[][];
  place: Place;
}

/** The categories of a kind. */
export function readingsOf(kind: ExportKind): Reading[] {
  return kind.selections.map((selection, index) => {
    const at = ['exports', kind.name, 'categories', selection.category];
    const words = kind.categories[index];
    return {
      schema: selection.schema,
      table: selection.table,
      name: selection.category,
      place: { at },
      only: selection.only ?? false,
      leaving: selection.columns.map(({ column, omit }) => ({
        column,
        omit: omit ?? [],
        place: { at: [...at, 'include'], entry: column },
      })),
      excluded: words?.leftOut ?? [],
      allowed: new Set(words?.sensitive.map(({ column }) => column)),
      used: selection.orderBy.map((column) => ({ column, place: { at: [...at, 'orderBy'], entry: column } })),
      orderBy: selection.orderBy,
      selection,
      entity: null,
    };
  });
}

/** The entities of the server door. */
export function readingsOfChat(chat: ResolvedChat): Reading[] {
  return chatEntities(chat).map(({ name, entity }) => {
    const at = ['chat', name];
    return {
      schema: entity.schema,
      table: entity.table,
      name: `chat.${name}`,
      place: { at },
      only: false,
      leaving: [
        ...Object.entries(entity.fields).map(([field, { column, omit }]) => ({
          column,
          omit,
          place: { at: [...at, 'fields', field] },
        })),
        ...Object.values(entity.custom).map(({ column, omit }) => ({
          column,
          omit,
          place: { at: [...at, 'custom'], entry: column },
        })),
      ],
      excluded: entity.leftOut,
      allowed: new Set(entity.sensitive.map(({ column }) => column)),
      used: name === 'channels' ? [{ column: chat.channels.key, place: { at: [...at, 'key'] } }] : [],
      orderBy: null,
      selection: null,
      entity: name,
    };
  });
}
