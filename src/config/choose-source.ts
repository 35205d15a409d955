import { didYouMean, type PathStep } from './problems.ts';
import type { Resolving } from './resolve-left-out.ts';

/** The source that is read: the one that was named, or the only one there is. Reports any other case. */
export function chooseSource(
  { report }: Resolving,
  written: string | undefined,
  known: string[],
  at: PathStep[],
): string {
  const [only = '', ...others] = known;
  const example = `e.g. source: '${only}'`;
  if (written === undefined) {
    if (others.length > 0) report(at, `expected one of your sources (${known.join(', ')}), ${example}`);
    return only;
  }
  if (!known.includes(written)) {
    report(at, `there is no source \`${written}\`${didYouMean(written, known) || `, ${example}`}`);
  }
  return written;
}
