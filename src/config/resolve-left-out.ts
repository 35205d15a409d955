import type { Exclusion, Words } from './define.ts';
import { parseTable } from './names.ts';
import type { PathStep } from './problems.ts';
import type { LeftOut } from './resolved.ts';

export interface Resolving {
  /** The product's own language: no text may lack it. */
  language: string;
  report(at: PathStep[], message: string): void;
}

/** What stays and why, as the page and the manifest say it. */
export function resolveLeftOut(
  resolving: Resolving,
  exclusions: Record<string, Exclusion> = {},
  at: PathStep[],
): LeftOut[] {
  return Object.entries(exclusions).map(([what, exclusion]) => {
    if (typeof exclusion === 'string') return { what, reason: exclusion, note: null };
    return {
      what,
      reason: exclusion.reason,
      note: checkWords(resolving, exclusion.note, [...at, what, 'note']),
    };
  });
}

/** Tables that stay. `leaving` are those that do not: as the config writes each, and as what it leaves. */
export function resolveLeftOutTables(
  resolving: Resolving,
  exclusions: Record<string, Exclusion> = {},
  leaving: [from: string, as: string][],
  at: PathStep[],
): LeftOut[] {
  const leavingAs = new Map(leaving.map(([from, as]) => [JSON.stringify(parseTable(from)), as]));
  for (const table of Object.keys(exclusions)) {
    const as = leavingAs.get(JSON.stringify(parseTable(table)));
    if (as !== undefined)
      resolving.report([...at, table], `the table leaves as ${as}; remove it here or there`);
  }
  return resolveLeftOut(resolving, exclusions, at);
}

/** Reports words that lack the product's own language. */
export function checkWords(
  { report, language }: Resolving,
  words: Words | undefined,
  at: PathStep[],
): Words | null {
  if (typeof words === 'object' && words[language] === undefined) {
    report(at, `expected also the product's own language, e.g. { ${language}: '…' }`);
  }
  return words ?? null;
}
