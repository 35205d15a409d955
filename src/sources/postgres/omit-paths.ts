/**
 * Leaves parts of a JSON text out, by path, without parsing it into values: what remains keeps its order, its
 * duplicates and every digit of its numbers. A path is a list of keys from the top; `*` is any key or element, and
 * digits also name the element of an array.
 *
 * Secrets must stay behind also where a document has not the shape that the config's author had in mind, so a path
 * is read generously: it goes through arrays that it does not mention (`smtp.password` also leaves out
 * `smtp[3].password`), and a `*` may stand for nothing (`gateways.*.password` also leaves out `gateways.password`).
 * JSON that hides inside a JSON string is a string, and stays as it is.
 */
export interface Omission {
  /** What is left out below, by key. */
  keys: Map<string, Omission>;
  /** What is left out below any key. */
  any: Omission | null;
  /** A path ends here: the value is left out. */
  ends: boolean;
}

/** Throws when a path is empty: to leave out a whole column, do not select it. */
export function compileOmissions(paths: string[][]): Omission {
  const root: Omission = { keys: new Map(), any: null, ends: false };
  for (const path of paths) {
    if (path.length === 0) throw new Error('A path to leave out needs at least one key.');
    let node = root;
    for (const segment of path) node = childOf(node, segment);
    node.ends = true;
  }
  return root;
}

/**
 * Filters `bytes[start, end)`, one JSON value as Postgres checked it, in place: what remains is moved to the front.
 * Returns its new end. It keeps its own stack, since JSON may be nested deeper than calls can be.
 */
export function omitPaths(bytes: Uint8Array, start: number, end: number, root: Omission): number {
  const open: Container[] = [];
  let at = start;
  let to = start;
  let omissions = [root];

  for (;;) {
    at = skipSpace(bytes, at, end);
    const first = bytes[at];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      open.push({ isArray: first === OPEN_ARRAY, omissions, reached: reachable(omissions), met: 0, kept: 0 });
      bytes[to++] = first;
      at++;
    } else {
      const stop = skipValue(bytes, at, end);
      to = move(bytes, to, at, stop);
      at = stop;
    }

    // What stands in the containers, until one of their members has to be looked into.
    for (;;) {
      const container = open.at(-1);
      if (!container) return to;
      at = skipSpace(bytes, at, end);
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1, end);
      if (at >= end) throw new Error('JSON ends in the middle of a value.');
      const byte = bytes[at] as number;
      if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        bytes[to++] = byte;
        at++;
        open.pop();
        continue;
      }

      const member = at;
      let key: string;
      if (container.isArray) {
        key = String(container.met++);
      } else {
        at = skipString(bytes, at, end);
        key = decodeKey(bytes, member, at);
        at = skipSpace(bytes, skipSpace(bytes, at, end) + 1, end); // the colon
      }
      const inside = below(container, key);
      if (inside.some((omission) => omission.ends)) {
        at = skipValue(bytes, at, end);
        continue;
      }
      // An array is looked through: what holds for it holds for its elements.
      if (container.isArray) inside.push(...container.omissions);
      if (container.kept++ > 0) bytes[to++] = COMMA;
      if (inside.length === 0) {
        at = skipValue(bytes, at, end);
        to = move(bytes, to, member, at);
        continue;
      }
      to = move(bytes, to, member, at);
      omissions = inside;
      break;
    }
  }
}

interface Container {
  isArray: boolean;
  omissions: Omission[];
  /** The same, and what is reached when a `*` stands for nothing. */
  reached: Omission[];
  /** Elements seen so far. */
  met: number;
  /** Members written so far. */
  kept: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function childOf(node: Omission, segment: string): Omission {
  const known = segment === '*' ? node.any : node.keys.get(segment);
  if (known) return known;
  const child: Omission = { keys: new Map(), any: null, ends: false };
  if (segment === '*') node.any = child;
  else node.keys.set(segment, child);
  return child;
}

function reachable(omissions: Omission[]): Omission[] {
  const all = [...omissions];
  for (const { any } of all) if (any && !all.includes(any)) all.push(any);
  return all;
}

function below(container: Container, key: string): Omission[] {
  const inside = new Set<Omission>();
  for (const { keys } of container.reached) {
    const named = keys.get(key);
    if (named) inside.add(named);
  }
  for (const { any } of container.omissions) if (any) inside.add(any);
  return [...inside];
}

/** `"pass\u0077ord"` is the key `password`. */
function decodeKey(bytes: Uint8Array, start: number, end: number): string {
  const quoted = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  return quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
}

function move(bytes: Uint8Array, to: number, start: number, end: number): number {
  if (to !== start) bytes.copyWithin(to, start, end);
  return to + end - start;
}

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) <= 0x20) at++;
  return at;
}

function skipString(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipValue(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = skipString(bytes, at, end);
      if (depth === 0) return at;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0) return at; // the end of what a number or a word stands in
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) return at;
    at++;
  }
  return end;
}
