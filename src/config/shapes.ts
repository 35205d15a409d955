import { z } from 'zod';
import type { Duration } from './define.ts';
import { parseDuration } from './duration.ts';
import { didYouMean } from './problems.ts';

/** A text that is not blank. */
export function text(what: string, example: string) {
  const error = `expected ${what}, e.g. ${example}`;
  return z.string({ error }).regex(/\S/, { error });
}

/** `most` is for limits of our own; without it, any number from `least` on. */
export function wholeNumber(least: number, example: string, most = Number.MAX_SAFE_INTEGER) {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  const error = `expected a whole number, ${bounds}, e.g. ${example}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function duration({ orZero }: { orZero: boolean }, example: string) {
  const error = `expected a duration such as '90s', '15m', '24h' or '7d'${orZero ? ', or 0 for none' : ''}, e.g. ${example}`;
  return z.custom<Duration>((written) => (parseDuration(written) ?? -1) >= (orZero ? 0 : 1), { error });
}

/** An object that refuses what it does not know; one line for each unknown key, in their order. */
export function object<Shape extends z.ZodRawShape>(
  shape: Shape,
  example: string,
  describeUnknown: (key: string, known: string[]) => string = unknownSetting,
) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => describeUnknown(key, Object.keys(shape))).join('\n')
        : `expected an object, e.g. ${example}`,
  });
}

export function list<Item extends z.ZodType>(item: Item, example: string) {
  const error = `expected a list with at least one entry, e.g. ${example}`;
  return z.array(item, { error }).min(1, { error });
}

interface Naming {
  /** In words, after "expected". */
  rule: string;
  accepts(name: string): boolean;
  mayBeEmpty?: boolean;
}

// names of our own stand in addresses, in the names of files and as keys of the archive
export const plainNames: Naming = {
  rule: 'letters, digits, - and _, beginning with a letter',
  accepts: (name) => /^[A-Za-z][\w-]*$/.test(name),
};

/** A map by name. */
export function named<Value extends z.ZodType>(value: Value, example: string, naming: Naming = plainNames) {
  const name = z.string().refine(naming.accepts, { error: `expected ${naming.rule}, e.g. ${example}` });
  return z
    .record(name, value, { error: `expected an object, e.g. ${example}` })
    .refine((record) => naming.mayBeEmpty || Object.keys(record).length > 0, {
      error: `expected at least one entry, e.g. ${example}`,
    });
}

function unknownSetting(key: string, known: string[]): string {
  const hint = didYouMean(key, known);
  return `there is no such setting${hint || `; known here: ${known.join(', ')}`}`;
}
