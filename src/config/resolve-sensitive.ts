import { classifyColumn } from '../classify/classify-column.ts';
import { denyClassOf } from '../classify/deny-class.ts';
import type { FieldClass } from './define.ts';
import { quoteKey } from './names.ts';
import { didYouMean, type PathStep } from './problems.ts';
import type { Resolving } from './resolve-left-out.ts';
import type { Allowance } from './resolved.ts';

/** A column that leaves, and where the config says so. The key under which it leaves is of no matter. */
export interface Leaving {
  column: string;
  at: PathStep[];
}

/** Where the columns stand: `code` is a word as any, and in `recovery_codes` a way in. */
interface Of {
  table: string;
  /** All columns that the config names, in `exclude` too. */
  columns: readonly string[];
}

/**
 * Columns of the deny class that leave, each with its written reason. Reports one without a reason, a reason without
 * such a column, and a reason for a column that needs none.
 */
export function resolveSensitive(
  { report }: Resolving,
  of: Of,
  leaving: Leaving[],
  allowed: Record<string, string> = {},
  at: PathStep[],
): Allowance[] {
  const columns = new Set(leaving.map(({ column }) => column));
  for (const { column, at: place } of leaving) {
    const denyClass = denyClassOf(column);
    if (denyClass === null || Object.hasOwn(allowed, column)) continue;
    const name = quoteKey(column);
    report(
      place,
      `\`${column}\` is of the deny class ${denyClass}; exclude it, ` +
        `e.g. exclude: { ${name}: 'secret' }, or say why it must leave, e.g. allowSensitive: { ${name}: '…' }`,
    );
  }
  for (const column of Object.keys(allowed)) {
    if (!columns.has(column)) {
      report([...at, column], `\`${column}\` does not leave${didYouMean(column, columns) || '; remove it'}`);
    } else if (sensitivityOf(of, column) === null) {
      report([...at, column], `\`${column}\` needs no reason to leave; remove it`);
    }
  }
  return Object.entries(allowed).flatMap(([column, why]) => {
    const denyClass = sensitivityOf(of, column);
    return denyClass === null ? [] : [{ column, denyClass, why }];
  });
}

/** Its deny class; `unsure` where the name may be one of a secret, of which `check` warns until somebody says why it leaves. */
function sensitivityOf({ table, columns }: Of, column: string): Allowance['denyClass'] | null {
  const { reason, isDenied } = classifyColumn({ table, column, type: 'text', siblings: columns });
  return denyClassOf(column) ?? isDenied ?? (reason === 'secret' ? 'unsure' : null);
}

/** What kind of data each column that leaves holds, by column. Reports classes of columns that do not leave. */
export function resolveClasses(
  { report }: Resolving,
  leaving: Leaving[],
  { class: common = 'provided', classes = {} }: { class?: FieldClass; classes?: Record<string, FieldClass> },
  at: PathStep[],
): Record<string, FieldClass> {
  const columns = new Set(leaving.map(({ column }) => column));
  for (const column of Object.keys(classes)) {
    if (columns.has(column)) continue;
    report([...at, column], `\`${column}\` does not leave${didYouMean(column, columns) || '; remove it'}`);
  }
  const classOf = (column: string) =>
    (Object.hasOwn(classes, column) ? classes[column] : undefined) ?? common;
  return Object.fromEntries([...columns].map((column) => [column, classOf(column)]));
}
