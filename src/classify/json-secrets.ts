import { type DenyClass, denyClassOf, isFactAbout } from './deny-class.ts';
import { spell } from './name-words.ts';
import { unsureNames } from './unsure-names.ts';
import { denyClassOfShape, shapeOf } from './value-shapes.ts';

/** A place in JSON whose value must stay. */
export interface JsonSecret {
  /** Keys from the outermost inward; `*` is any element of a list, or any key of a map. */
  path: string[];
  /** Null where it is only likely: the value looks random, or the key can mean both. */
  deny: DenyClass | null;
}

/** Every place of these documents that holds a secret, by its key or by its value's shape. Each place once. */
export function jsonSecrets(documents: unknown[]): JsonSecret[] {
  const found = new Map<string, JsonSecret>();
  for (const document of documents) walk(document, [], found);
  const all = [...found.values()];
  return all.filter(({ path }) => !all.some((other) => isAbove(other.path, path)));
}

const DEEPEST = 32;

function walk(value: unknown, path: string[], found: Map<string, JsonSecret>): void {
  if (path.length > DEEPEST) return;
  if (Array.isArray(value)) {
    for (const item of value) walk(item, [...path, '*'], found);
  } else if (typeof value === 'object' && value !== null) {
    const hasValue = 'value' in value;
    for (const [key, inner] of Object.entries(value)) {
      // Of a pair of key and value, the key only names what the value is.
      if (key === 'key' && hasValue) walk(inner, [...path, key], found);
      else walkKey(key, inner, path, found);
    }
  } else if (typeof value === 'string' && path.length > 0) {
    const shape = shapeOf(value);
    if (shape === null || shape === 'hash') return;
    found.set(JSON.stringify(path), { path, deny: denyClassOfShape(shape) });
  }
}

function walkKey(key: string, value: unknown, path: string[], found: Map<string, JsonSecret>): void {
  // Keys that are ids differ from row to row: the path must fit those that were not seen, too.
  const inner = [...path, isId(key) ? '*' : key];
  const deny = denyClassOf(key);
  if (canBeSecret(value) && (deny !== null || (typeof value === 'string' && isLikelySecret(key)))) {
    found.set(JSON.stringify(inner), { path: inner, deny });
  } else walk(value, inner, found);
}

/** As for a column of text; beside these, headers that a request signs itself with. */
function isLikelySecret(key: string): boolean {
  const name = spell(key);
  if (/^(proxy_)?authorization$|^(x_)?(\w+_)?signature(_v?\d*)?$|^(set_)?cookie$/.test(name)) return true;
  if (isFactAbout(name)) return false;
  return unsureNames.some(
    ({ pattern, groups, except, reason }) =>
      reason === 'secret' &&
      (!groups || groups.includes('text')) &&
      pattern.test(name) &&
      !except?.test(name),
  );
}

function isId(key: string): boolean {
  return /^\d+$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{24,}$/i.test(key) || key.includes('@');
}

function canBeSecret(value: unknown): boolean {
  return value !== null && typeof value !== 'boolean';
}

function isAbove(outer: string[], inner: string[]): boolean {
  return outer.length < inner.length && outer.every((step, index) => step === inner[index]);
}
