/** What a stored file is, as far as conditions and ranges go. */
export interface Representation {
  sizeBytes: number;
  /** A strong validator, with its quotes: `"abc"`. */
  etag: string;
  /** Whole seconds count: the wire has no finer ones. */
  lastModified: Date;
}

/** How a request for a file is answered. `start` and `end` are half-open: bytes `[start, end)`. */
export type Answer = { status: 200 | 206; start: number; end: number } | { status: 304 | 412 | 416 };

type Headers = Record<string, string | string[] | undefined>;

/**
 * Decides a GET or HEAD by its conditions and its range, in the order of RFC 9110, 13.2.2.
 * Several ranges in one request are answered with the whole file, as 14.2 allows; so is a range that is not
 * understood. A range counts for GET only.
 */
export function decideAnswer(method: string, headers: Headers, file: Representation): Answer {
  const whole: Answer = { status: 200, start: 0, end: file.sizeBytes };
  if (!preconditionHolds(headers, file)) return { status: 412 };
  if (isUnchanged(headers, file)) return { status: 304 };
  if (method !== 'GET' || !rangeCounts(headers, file)) return whole;
  const range = parseRange(single(headers.range) ?? '', file.sizeBytes);
  if (range === null) return whole;
  if (range === 'unsatisfiable') return { status: 416 };
  return { status: 206, ...range };
}

/** One range of bytes, half-open and cut to the size; null when it is to be ignored. */
export function parseRange(
  header: string,
  sizeBytes: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const set = /^bytes=(.*)$/i.exec(header.trim())?.[1];
  const specs = set?.split(',').flatMap((spec) => spec.trim() || []);
  if (specs?.length !== 1) return null;
  const [, first, last] = /^(\d*)-(\d*)$/.exec(specs[0] ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (first === '') return suffix(Number(last), sizeBytes);
  if (last !== '' && BigInt(last) < BigInt(first)) return null;
  const start = Number(first);
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

function suffix(length: number, sizeBytes: number) {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}

/** `If-Match`, else `If-Unmodified-Since`. */
function preconditionHolds(headers: Headers, file: Representation): boolean {
  const ifMatch = single(headers['if-match']);
  if (ifMatch !== null) return ifMatch === '*' || entityTags(ifMatch).includes(file.etag);
  const since = httpDate(headers['if-unmodified-since']);
  return since === null || wholeSeconds(file.lastModified) <= since;
}

/** `If-None-Match`, compared weakly, else `If-Modified-Since`. */
function isUnchanged(headers: Headers, file: Representation): boolean {
  const ifNoneMatch = single(headers['if-none-match']);
  if (ifNoneMatch !== null) {
    return (
      ifNoneMatch === '*' || entityTags(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === file.etag)
    );
  }
  const since = httpDate(headers['if-modified-since']);
  return since !== null && wholeSeconds(file.lastModified) <= since;
}

/** False when `If-Range` names another file: then the range would continue a stranger. */
function rangeCounts(headers: Headers, file: Representation): boolean {
  const ifRange = single(headers['if-range']);
  if (ifRange === null) return true;
  if (ifRange.endsWith('"')) return ifRange === file.etag;
  // A finished archive never changes, so its date is as strong as its tag; it has to be exactly this one.
  return httpDate(ifRange) === wholeSeconds(file.lastModified);
}

function entityTags(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Milliseconds of an HTTP date (RFC 9110, 5.6.7); null when there is none, or it is not one and so does not count. */
function httpDate(value: string | string[] | undefined): number | null {
  const text = single(value);
  if (text === null || !/^[A-Z][a-z]{2,8},? [\w -]+\d{2}:\d{2}:\d{2}( GMT| \d{4})$/.test(text)) return null;
  const milliseconds = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

function wholeSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000) * 1000;
}

function single(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value.trim() : null;
}
