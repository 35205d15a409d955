import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileDigest } from '../archive/file-digest.ts';
import { rowSeparator } from '../archive/json-frame.ts';
import { makeManifest } from '../archive/make-manifest.ts';
import { manifestText } from '../archive/manifest.ts';
import { rulesOfKind } from '../archive/manifest-rules.ts';
import { signManifest } from '../archive/manifest-signature.ts';
import { streamJsonDocument } from '../archive/stream-json-document.ts';
import { writePlainFile } from '../archive/write-plain-file.ts';
import type { ExportKind, ResolvedConfig } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import { findGaps, type Gap, type SectionCount } from '../lifecycle/balance.ts';
import type { CategoryCount } from '../lifecycle/data-export.ts';
import { hasSubject } from '../sources/has-subject.ts';
import { openSource } from '../sources/open-source.ts';
import type { Reader, RowChunk, Snapshot, Source } from '../sources/source.ts';
import type { Signer } from '../vault/signer.ts';
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
  /** Where the counts do not balance: the file is *complete with gaps* then. */
  gaps: Gap[];
  manifest: { path: string; isSigned: boolean } | null;
}

export interface FileRequest {
  kind: string;
  subject: string;
  path: string;
  /** Where the manifest goes, and who signs it (null: nobody); null for none. */
  manifest: { path: string; signer: Signer | null } | null;
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
  request: FileRequest,
  onProgress: (progress: FileProgress) => void,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const kind = findKind(config, request.kind);
  await refusePaths(request);
  const settings = config.sources[kind.source];
  if (!settings) throw new HandoverError('config_invalid', `exports.${kind.name}.source: no such source`);
  const source = await openSource(settings);
  const stopped = Promise.withResolvers<never>();
  // A source that is closed while it is asked may never answer: nobody waits for it.
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    const reading = readInto({ config, source, kind, request, signal, onProgress });
    return await Promise.race([reading, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    const closed = source.close();
    // Long enough to tell the source to stop what it was asked.
    await (signal.aborted ? Promise.race([closed, sleep(CLOSE_MS)]) : closed);
  }
}

/** Before anything is read. Throws `invalid_request` for a path under which no file can be. */
async function refusePaths({ path, manifest }: FileRequest): Promise<void> {
  await refusePath('--out', path);
  if (!manifest) return;
  await refusePath('--manifest', manifest.path);
  if (resolve(manifest.path) !== resolve(path)) return;
  throw new HandoverError(
    'invalid_request',
    `--manifest: ${path} is where the file itself goes. Name another, e.g. --manifest ${path}.manifest.json`,
  );
}

async function refusePath(option: string, path: string): Promise<void> {
  const target = resolve(path);
  const folder = dirname(target);
  if (await isFolder(target)) {
    const example = join(path, option === '--out' ? 'export.json' : 'export.manifest.json');
    throw new HandoverError(
      'invalid_request',
      `${option}: ${path} is a folder. Name a file, e.g. ${option} ${example}`,
    );
  }
  if (!(await isFolder(folder))) {
    throw new HandoverError(
      'invalid_request',
      `${option}: there is no folder ${folder}. Make it, or name another.`,
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** How long an abort waits for the source, in milliseconds. */
const CLOSE_MS = 5_000;

interface Reading {
  config: ResolvedConfig;
  source: Source;
  kind: ExportKind;
  request: FileRequest;
  signal: AbortSignal;
  onProgress: (progress: FileProgress) => void;
}

async function readInto(reading: Reading): Promise<WrittenFile> {
  const { source, kind, request } = reading;
  const startedAt = new Date();
  const snapshot = await source.openSnapshot();
  try {
    if (!(await hasSubject(snapshot, kind.subject, request.subject))) {
      throw new HandoverError(
        'subject_unknown',
        `--subject: ${kind.subject.table} has no row ${request.subject}.`,
      );
    }
    const counts = await countRows(snapshot, kind, request.subject);
    const { file, categories } = await writeSnapshot(reading, snapshot, counts);
    const rows = new Map(categories.map((category) => [category.name, category.rows]));
    const gaps = findGaps(counts, rows);
    const manifest = await writeManifest(reading, { snapshot, startedAt, counts, gaps, rows, file });
    return {
      path: resolve(request.path),
      bytes: file.bytes,
      sha256: file.sha256,
      snapshotAt: snapshot.takenAt,
      categories,
      gaps,
      manifest,
    };
  } finally {
    await snapshot.close();
  }
}

async function writeSnapshot(
  { kind, request, signal, onProgress }: Reading,
  snapshot: Snapshot,
  counts: SectionCount[],
): Promise<{ file: FileDigest; categories: CategoryCount[] }> {
  const categories: CategoryCount[] = kind.selections.map(({ category }) => ({
    name: category,
    rows: 0,
    bytes: 0,
  }));
  const names = categories.map((category) => category.name);
  const rowsEstimated = counts.reduce((sum, count) => sum + count.rowsInScope - count.rowsLeftOut, 0);
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
  const readRows = (name: string) => readCategory(snapshot, kind, name, { ...request, signal });
  const pieces = streamJsonDocument(document, readRows, count);
  return { file: await writePlainFile(request.path, signal, pieces), categories };
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

async function countRows(reader: Reader, kind: ExportKind, subject: string): Promise<SectionCount[]> {
  const counts: SectionCount[] = [];
  for (const selection of kind.selections) {
    counts.push({ category: selection.category, ...(await reader.count(selection, subject)) });
  }
  return counts;
}

async function writeManifest(
  { config, kind, request, signal }: Reading,
  found: {
    snapshot: Snapshot;
    startedAt: Date;
    counts: SectionCount[];
    gaps: Gap[];
    rows: Map<string, number>;
    file: FileDigest;
  },
): Promise<WrittenFile['manifest']> {
  if (!request.manifest) return null;
  const { path, signer } = request.manifest;
  const { snapshot, startedAt, ...facts } = found;
  const manifest = await signManifest(
    signer,
    makeManifest({
      ...facts,
      export: {
        id: randomUUID(),
        kind: kind.name,
        door: 'command line',
        subject: request.subject,
        requestedAt: startedAt.toISOString(),
        completedAt: new Date().toISOString(),
      },
      snapshotAt: snapshot.takenAt,
      fileName: basename(request.path),
      contentType: 'application/json; charset=utf-8',
      rules: rulesOfKind(config, kind),
      cuts: [],
    }),
  );
  await writePlainFile(path, signal, [{ section: null, bytes: Buffer.from(manifestText(manifest)) }]);
  return { path: resolve(path), isSigned: signer !== null };
}
