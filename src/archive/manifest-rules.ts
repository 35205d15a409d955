import type { ChatRequest } from '../chat/request.ts';
import type { Words } from '../config/define.ts';
import type { ExportKind, LeftOut, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import { type ChatEntityName, whatLeaves, whatLeavesByChat } from '../config/what-leaves.ts';
import { chooseLanguage, type Language, words } from '../language/language.ts';
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
    categories: whatLeaves(kind).map(({ category, fields, excluded, rows }) => ({
      name: category,
      rule: rows && ruleOf(kind.name, category, rows.why, language),
      fields: fields.map(fieldOf),
      excluded: excludedOf(excluded, language),
    })),
    entities: [],
    leftOut: excludedOf(kind.leftOut, language),
  };
}

/** Of the entities that such a request reads. */
export function rulesOfChat(config: ResolvedConfig, chat: ResolvedChat, request: ChatRequest): ManifestRules {
  const language = languageOf(config);
  const read = entitiesOf(request);
  return {
    config: versionOf(config),
    categories: [],
    entities: whatLeavesByChat(chat)
      .filter(({ category }) => read.some((name) => name === category))
      .map(({ category, fields, excluded }) => ({
        name: category,
        fields: fields.map(fieldOf),
        excluded: excludedOf(excluded, language),
      })),
    leftOut: excludedOf(chat.leftOut, language),
  };
}

function entitiesOf(request: ChatRequest): ChatEntityName[] {
  if (request.about === 'users') return ['users', 'messages', 'reactions', 'calls'];
  // A message holds the user who wrote it, and the reactions to it.
  if (request.format === 'csv') return ['users', 'messages', 'reactions'];
  return ['users', 'channels', 'members', 'messages', 'reactions', 'reads'];
}

function versionOf({ version, hash }: ResolvedConfig): ManifestRules['config'] {
  return { version, hash };
}

function fieldOf({ key, column, class: kind }: ManifestField): ManifestField {
  return { key, column, class: kind };
}

function excludedOf(leftOut: LeftOut[], language: Language): ManifestExclusion[] {
  return leftOut.map(({ what, reason, note }) => ({
    what,
    reason,
    note: note === null ? null : words(note, language),
  }));
}

/** By its place: the SQL itself is the product's own business. */
function ruleOf(kind: string, category: string, why: Words | null, language: Language): ManifestRule {
  return {
    name: `exports.${kind}.categories.${category}.where`,
    words: why === null ? null : words(why, language),
  };
}

/** The product's own language: a manifest is read by more people than the one who asked. */
function languageOf({ product }: ResolvedConfig): Language {
  return chooseLanguage([], product.language);
}
