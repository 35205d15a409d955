import type { ChatRequest } from '../chat/request.ts';
import type { ChatEntity, ExportKind, LeftOut, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import { chooseLanguage, type Language, words } from '../language/language.ts';
import type { Selection } from '../sources/source.ts';
import type { ManifestEntity, ManifestExclusion, ManifestField, ManifestRule } from './manifest.ts';

/**
 * What a manifest takes from the config: which fields leave, what stays and why. Written down when the snapshot is
 * taken, since the config may be another one when the manifest is made.
 */
export interface ManifestRules {
  config: { version: string | null; hash: string };
  /** At the account door, by name. */
  categories: CategoryRules[];
  /** At the server door. */
  entities: ManifestEntity[];
  leftOut: ManifestExclusion[];
}

export interface CategoryRules {
  name: string;
  rule: ManifestRule | null;
  fields: ManifestField[];
  excluded: ManifestExclusion[];
}

export function rulesOfKind(config: ResolvedConfig, kind: ExportKind): ManifestRules {
  const language = languageOf(config);
  return {
    config: versionOf(config),
    categories: kind.selections.map((selection) => {
      const category = kind.categories.find(({ name }) => name === selection.category);
      return {
        name: selection.category,
        rule:
          selection.where === undefined ? null : ruleOf(kind.name, selection.category, category, language),
        fields: fieldsOf(selection),
        excluded: excludedOf(category?.leftOut ?? [], language),
      };
    }),
    entities: [],
    leftOut: excludedOf(kind.leftOut, language),
  };
}

/** Of the entities that such a request reads. */
export function rulesOfChat(config: ResolvedConfig, chat: ResolvedChat, request: ChatRequest): ManifestRules {
  const language = languageOf(config);
  const names =
    request.about === 'users'
      ? (['users', 'messages', 'reactions', 'calls'] as const)
      : request.format === 'csv'
        ? (['messages'] as const)
        : (['channels', 'users', 'members', 'messages', 'reactions', 'reads'] as const);
  return {
    config: versionOf(config),
    categories: [],
    entities: names.flatMap((name) => {
      const entity = chat[name];
      return entity
        ? [{ name, fields: fieldsOfEntity(entity), excluded: excludedOf(entity.leftOut, language) }]
        : [];
    }),
    leftOut: excludedOf(chat.leftOut, language),
  };
}

function versionOf({ hash }: ResolvedConfig): ManifestRules['config'] {
  return { version: null, hash };
}

function fieldsOf(selection: Selection): ManifestField[] {
  return selection.columns.map(({ key, column }) => ({ key, column, class: 'provided' }));
}

function fieldsOfEntity({ fields, custom }: ChatEntity): ManifestField[] {
  return [...Object.entries(fields), ...Object.entries(custom)].map(([key, { column }]) => ({
    key,
    column,
    class: 'provided',
  }));
}

function excludedOf(leftOut: LeftOut[], language: Language): ManifestExclusion[] {
  return leftOut.map(({ what, reason, note }) => ({
    what,
    reason,
    note: note === null ? null : words(note, language),
  }));
}

/** By its place: the SQL itself is the product's own business. */
function ruleOf(
  kind: string,
  category: string,
  shown: ExportKind['categories'][number] | undefined,
  language: Language,
): ManifestRule {
  const why = shown?.rowsLeftOut;
  return {
    name: `exports.${kind}.categories.${category}.where`,
    words: why ? words(why, language) : null,
  };
}

/** The product's own language: a manifest is read by more people than the one who asked. */
function languageOf({ product }: ResolvedConfig): Language {
  return chooseLanguage([], product.language);
}
