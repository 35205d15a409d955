import type { MessageCut } from '../chat/request.ts';
import { sectionTypes, usersSection } from '../chat/section-names.ts';
import type { Gap, SectionCount } from '../lifecycle/balance.ts';
import { version } from '../version.ts';
import { emptySha256, type FileDigest } from './file-digest.ts';
import type { ManifestCategory, ManifestRule, UnsignedManifest } from './manifest.ts';
import type { ManifestRules } from './manifest-rules.ts';

/** All that a manifest says, from where it is known. */
export interface ManifestFacts {
  export: UnsignedManifest['export'];
  snapshotAt: string;
  fileName: string;
  contentType: string;
  rules: ManifestRules;
  /** Rows in the file, in its order, by category; one without rows is there all the same. */
  rows: ReadonlyMap<string, number>;
  counts: SectionCount[];
  gaps: Gap[];
  cuts: MessageCut[];
  file: FileDigest;
}

export function makeManifest(facts: ManifestFacts): UnsignedManifest {
  const { rules, file } = facts;
  return {
    manifestVersion: '1.0',
    generator: { name: 'handover', version },
    export: facts.export,
    snapshotAt: facts.snapshotAt,
    config: rules.config,
    file: { name: facts.fileName, contentType: facts.contentType, bytes: file.bytes, sha256: file.sha256 },
    complete: facts.gaps.length === 0,
    gaps: facts.gaps,
    cuts: facts.cuts,
    categories: [...facts.rows].map(([name, rows]) => makeCategory(facts, name, rows)),
    entities: rules.entities,
    leftOut: rules.leftOut,
  };
}

function makeCategory({ rules, counts, file }: ManifestFacts, name: string, rows: number): ManifestCategory {
  const digest = file.sections.find((section) => section.name === name);
  const counted = counts.find(({ category }) => category === name);
  const own = rules.categories.find((category) => category.name === name);
  return {
    name,
    rows,
    bytes: digest?.bytes ?? 0,
    sha256: digest?.sha256 ?? emptySha256,
    offset: digest?.offset ?? null,
    rowsInScope: counted?.rowsInScope ?? null,
    rowsLeftOut: counted?.rowsLeftOut ?? null,
    rowsFailed: counted ? counted.rowsInScope - counted.rowsLeftOut - rows : null,
    rule: own ? own.rule : limitOf(counted),
    entity: own ? null : entityOf(name),
    fields: own?.fields ?? [],
    excluded: own?.excluded ?? [],
  };
}

/** At the server door only the limit of messages leaves rows out. */
function limitOf(counted: SectionCount | undefined): ManifestRule | null {
  return counted && counted.rowsLeftOut > 0 ? { name: 'messagesPerUser', words: null } : null;
}

/** What `entities` calls the rows of a section: `0/user` are `users`. Null for a name that is none of the server door's. */
function entityOf(section: string): string | null {
  if (section === usersSection) return 'users';
  const part = section.split('/')[1] ?? '';
  if (!Object.hasOwn(sectionTypes, part)) return null;
  return part === 'channel' ? 'channels' : part === 'user' ? 'users' : part;
}
