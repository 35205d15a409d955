/** What `check` can find, by stable ids, and whether it fails a run. */
export const rules = {
  'column-unclassified': 'error',
  'table-unlisted': 'error',
  'table-missing': 'error',
  'column-missing': 'error',
  'exclusion-missing': 'error',
  'type-mismatch': 'error',
  'predicate-refused': 'error',
  'row-security': 'error',
  'not-readable': 'error',
  'view-over-secret': 'error',
  'made-of-secret': 'error',
  'rows-of-children': 'error',
  'no-rows-of-its-own': 'error',
  'no-index': 'warning',
  'no-key': 'warning',
  'order-not-unique': 'warning',
  'secret-looking': 'warning',
} as const satisfies Record<string, Level>;

export type Rule = keyof typeof rules;
export type Level = 'error' | 'warning';

/** One thing in which config and database disagree, or that will hurt. */
export interface Finding {
  level: Level;
  rule: Rule;
  /** Absolute path of the config. */
  file: string;
  /** Of the place in the config; null when it is not written there as such. */
  line: number | null;
  /** Of the place in the config, as one would write it in code. */
  path: string;
  /** What is wrong, in a sentence without its full stop. */
  what: string;
  /** What to do about it, in the same form. */
  cure: string;
}

/** Where something is found: the steps into the config, and the entry of a list that is meant, if any. */
export interface Place {
  at: (string | number)[];
  entry?: string;
}

/** Takes a finding down. The level is that of its rule. */
export type Report = (rule: Rule, place: Place, what: string, cure: string) => void;
