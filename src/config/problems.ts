import type { z } from 'zod';
import { editDistance } from '../edit-distance.ts';
import { HandoverError } from '../errors.ts';

/** One thing that is wrong in a config: where, and what would be right there. */
export interface Problem {
  path: PathStep[];
  message: string;
}

export type PathStep = string | number;

/** The one error of a config: every problem on a line of its own, with its path. */
export function configInvalid(file: string, problems: Problem[]): HandoverError {
  const lines = problems.map(({ path, message }) =>
    path.length ? `${formatPath(path)}: ${message}` : message,
  );
  const count = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
  return new HandoverError(
    'config_invalid',
    `${file} has ${count}:\n${lines.map((l) => `  ${l}`).join('\n')}`,
    {
      details: { file, problems: problems.map(({ path, message }) => ({ path: formatPath(path), message })) },
    },
  );
}

/** The problems of a shape. Of a union it keeps the branch that was meant, so that the path leads to the very field. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], base: PathStep[] = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        message: messages[index] ?? issue.message,
      }));
    }
    if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }];
    if (issue.code === 'invalid_union') {
      const [meant] = issue.errors
        .filter((branch) => branch.every(isInside))
        .sort((a, b) => unknownKeys(a) - unknownKeys(b));
      if (meant !== undefined && meant.length > 0) return problemsOf(meant, path);
    }
    return [{ path, message: issue.message }];
  });
}

/** True when the value was of this branch's kind and only something in it is wrong. */
function isInside(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom';
}

/** Of two branches of the same kind, the one that was meant knows more of what was written. */
function unknownKeys(branch: z.core.$ZodIssue[]): number {
  return branch.reduce(
    (count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0),
    0,
  );
}

/** As one would write it in code: `exports.account.categories.calls.include[2]`. */
export function formatPath(path: PathStep[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** `; did you mean `where`?` when a known word is close to what was written, else nothing. */
export function didYouMean(written: string, known: Iterable<string>): string {
  let closest: string | null = null;
  let smallest = Math.max(2, Math.floor(written.length / 4)) + 1;
  for (const word of known) {
    const distance = editDistance(written.toLowerCase(), word.toLowerCase());
    if (distance < smallest) [closest, smallest] = [word, distance];
  }
  return closest === null ? '' : `; did you mean \`${closest}\`?`;
}
