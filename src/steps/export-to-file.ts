import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rowSeparator } from '../archive/json-frame.ts';
import { streamJsonDocument } from '../archive/stream-json-document.ts';
import type { ExportKind, ResolvedConfig } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import type { CategoryCount } from '../lifecycle/data-export.ts';
import { hasSubject } from '../sources/has-subject.ts';
import { openSource } from '../sources/open-source.ts';
import type { Reader, RowChunk, Snapshot, Source } from '../sources/source.ts';
import { findKind } from './parts.ts';

/** What was written, so that a person or a script can check it. */
export interface WrittenFile {
  path: string;
  bytes: number;
  /** Hex, of the whole file. */
  sha256: string;
  /** RFC 3339 with microseconds. */
  snapshotAt: string;
  categories: CategoryCount[];
}

export interface FileProgress {
  category: string;
  rowsDone: number;
  rowsEstimated: number;
  bytes: number;
}

/**
 * Exports one subject straight from the source into a file in the clear, without a server: for the operator who asks
 * for just that. The file appears under its name when it is whole; mode 0600. Throws `subject_unknown` and what the
 * source refuses. An abort leaves nothing behind.
 */
export async function exportToFile(
  config: ResolvedConfig,
  request: { kind: string; subject: string; path: string },
  onProgress: (progress: FileProgress) => void,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const kind = findKind(config, request.kind);
  await refusePath(request.path);
  const settings = config.sources[kind.source];
  if (!settings) throw new HandoverError('config_invalid', `exports.${kind.name}.source: no such source`);
  const source = await openSource(settings);
  const stopped = Promise.withResolvers<never>();
  // A source that is closed while it is asked may never answer: nobody waits for it.
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    return await Promise.race([readInto(source, kind, { ...request, signal }, onProgress), stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    const closed = source.close();
    // Long enough to tell the source to stop what it was asked.
    await (signal.aborted ? Promise.race([closed, sleep(CLOSE_MS)]) : closed);
  }
}

/** Before anything is read. Throws `invalid_request` for a path under which no file can be. */
async function refusePath(path: string): Promise<void> {
  const target = resolve(path);
  const folder = dirname(target);
  if (await isFolder(target)) {
    const example = join(path, 'export.json');
    throw new HandoverError(
      'invalid_request',
      `--out: ${path} is a folder. Name a file, e.g. --out ${example}`,
    );
  }
  if (!(await isFolder(folder))) {
    throw new HandoverError(
      'invalid_request',
      `--out: there is no folder ${folder}. Make it, or name another.`,
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** How long an abort waits for the source, in milliseconds. */
const CLOSE_MS = 5_000;

async function readInto(
  source: Source,
  kind: ExportKind,
  request: { subject: string; path: string; signal: AbortSignal },
  onProgress: (progress: FileProgress) => void,
): Promise<WrittenFile> {
  const snapshot = await source.openSnapshot();
  try {
    if (!(await hasSubject(snapshot, kind.subject, request.subject))) {
      throw new HandoverError(
        'subject_unknown',
        `--subject: ${kind.subject.table} has no row ${request.subject}.`,
      );
    }
    return await writeSnapshot(snapshot, kind, request, onProgress);
  } finally {
    await snapshot.close();
  }
}

async function writeSnapshot(
  snapshot: Snapshot,
  kind: ExportKind,
  request: { subject: string; path: string; signal: AbortSignal },
  onProgress: (progress: FileProgress) => void,
): Promise<WrittenFile> {
  const categories: CategoryCount[] = kind.selections.map(({ category }) => ({
    name: category,
    rows: 0,
    bytes: 0,
  }));
  const names = categories.map((category) => category.name);
  const rowsEstimated = await estimateRows(snapshot, kind, request.subject);
  let rowsDone = 0;
  const count = (name: string, { rows, bytes }: RowChunk) => {
    const category = categories.find((candidate) => candidate.name === name);
    if (category) {
      category.rows += rows;
      category.bytes += bytes.length;
    }
    rowsDone += rows;
    onProgress({ category: name, rowsDone, rowsEstimated, bytes: bytes.length });
  };
  const document = { accountId: request.subject, snapshotAt: snapshot.takenAt, categories: names };
  const readRows = (name: string) => readCategory(snapshot, kind, name, request);
  const written = await writeWhole(
    request.path,
    request.signal,
    streamJsonDocument(document, readRows, count),
  );
  return { ...written, snapshotAt: snapshot.takenAt, categories };
}

function readCategory(
  reader: Reader,
  kind: ExportKind,
  name: string,
  { subject, signal }: { subject: string; signal: AbortSignal },
): AsyncIterable<RowChunk> {
  const selection = kind.selections.find((candidate) => candidate.category === name);
  if (!selection) throw new Error(`"${name}" is no category of "${kind.name}".`);
  return reader.read(selection, subject, { separator: rowSeparator, signal });
}

async function estimateRows(reader: Reader, kind: ExportKind, subject: string): Promise<number> {
  let rows = 0;
  for (const selection of kind.selections) rows += (await reader.estimate(selection, subject)).rows;
  return rows;
}

/**
 * Writes beside the file and moves it into place at the end, so that a half file never has its name; an abort removes
 * what there is, at once.
 */
async function writeWhole(
  path: string,
  signal: AbortSignal,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ path: string; bytes: number; sha256: string }> {
  const target = resolve(path);
  const aside = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.partial`);
  const remove = () => rmSync(aside, { force: true });
  const hash = createHash('sha256');
  let size = 0;
  try {
    const file = await open(aside, 'wx', 0o600);
    signal.addEventListener('abort', remove);
    try {
      signal.throwIfAborted();
      for await (const chunk of bytes) {
        hash.update(chunk);
        size += chunk.length;
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(aside, target);
  } catch (error) {
    remove();
    throw error;
  } finally {
    signal.removeEventListener('abort', remove);
  }
  return { path: target, bytes: size, sha256: hash.digest('hex') };
}
