import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HandoverError } from '../errors.ts';

/**
 * Writes a file that appears whole or not at all, also when the process is killed or the power is cut: into a
 * temporary file beside it (`<path>~…`), flushed, then renamed. Missing folders are made, mode 0700; the file is 0600.
 * A failed write removes its temporary file. What `bytes` throws passes through; a disk that is full or away, or a
 * folder that is removed meanwhile, throws `store_unavailable`.
 */
export async function writeWholeFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ sizeBytes: number }> {
  const temporary = `${path}~${randomBytes(6).toString('hex')}`;
  const topmostMade = await onDisk(mkdir(dirname(path), { recursive: true, mode: 0o700 }));
  const file = await onDisk(open(temporary, 'wx', 0o600));
  try {
    const sizeBytes = await writeAll(file, bytes);
    await onDisk(file.sync());
    await onDisk(file.close());
    await onDisk(rename(temporary, path));
    await onDisk(syncFolders(dirname(path), dirname(topmostMade ?? path)));
    return { sizeBytes };
  } catch (error) {
    // Neither may hide why the write failed. What stays behind is not listed, and goes with its folder.
    await file.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Makes what was renamed into or removed from a folder outlast a power cut. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a file system throws, as `store_unavailable`. */
export async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw unavailable(cause);
  }
}

export function unavailable(cause: unknown): HandoverError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const message = `The store cannot be reached or is full (${code}).`;
  return new HandoverError('store_unavailable', message, { details: { code }, cause });
}

/** Two pages a writer: while one is written, the other is filled. Small enough for many writers at once. */
const pageBytes = 512 * 1024;
/** Of the first, which is enough for most files. */
const firstPageBytes = 64 * 1024;

/** Copies before it asks for more, so a chunk may be overwritten once the next is asked for. */
async function writeAll(file: FileHandle, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let page: Buffer = Buffer.allocUnsafe(firstPageBytes);
  let spare: Buffer | null = null;
  let filled = 0;
  let sizeBytes = 0;
  let writing = Promise.resolve();

  async function flush(): Promise<void> {
    await writing;
    writing = onDisk(writePage(file, page.subarray(0, filled), sizeBytes));
    // Awaited at the next flush. Until then a failure is only remembered.
    writing.catch(() => {});
    sizeBytes += filled;
    filled = 0;
  }

  function turnPage(): void {
    const full = page;
    page = spare ?? Buffer.allocUnsafe(pageBytes);
    spare = full.length === pageBytes ? full : null;
  }

  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; ) {
      const piece = chunk.subarray(from, from + page.length - filled);
      page.set(piece, filled);
      filled += piece.length;
      from += piece.length;
      if (filled < page.length) continue;
      await flush();
      turnPage();
    }
  }
  await flush();
  await writing;
  return sizeBytes;
}

async function writePage(file: FileHandle, page: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < page.length; ) {
    const { bytesWritten } = await file.write(page, written, page.length - written, position + written);
    written += bytesWritten;
  }
}

/** A folder and those above it, up to the one that was there before. */
export async function syncFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === upTo || folder === dirname(folder)) return;
  }
}
