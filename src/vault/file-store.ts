import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkName, missing, segment } from './object-name.ts';
import type { Store } from './store.ts';
import { onDisk, syncFolder, unavailable, writeWholeFile } from './whole-file.ts';

/**
 * A store in a folder, which is made when the first object is written; files have mode 0600, folders 0700.
 * What is unfinished carries a `~`, which no object name may hold: a write under way (`part-1~3fa9…`) and a folder
 * that is being removed (`e_1~09c2…`). Removing the same name again clears what a killed process left of either.
 */
export function openFileStore({ folder }: { folder: string }): Store {
  const root = resolve(folder);
  const pathOf = (name: string) => join(root, checkName(name));

  async function size(name: string): Promise<number | null> {
    const file = await unlessMissing(stat(pathOf(name)));
    return file?.isFile() ? file.size : null;
  }

  return {
    size,

    sizeNow(name) {
      try {
        const file = statSync(pathOf(name), { throwIfNoEntry: false });
        return file?.isFile() ? file.size : null;
      } catch (error) {
        if (isMissing(error)) return null;
        throw unavailable(error);
      }
    },

    write: async (name, bytes) => writeWholeFile(pathOf(name), bytes),

    async *read(name, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
      const file = await unlessMissing(open(pathOf(name), 'r'));
      try {
        if (file === null || !(await file.stat()).isFile()) throw missing(name);
        yield* readPages(file, start, end);
      } finally {
        await file?.close();
      }
    },

    async readInto(name, target, start) {
      const file = await unlessMissing(open(pathOf(name), 'r'));
      try {
        const filled = file && (await unlessMissing(fill(file, target, start)));
        if (filled === null) throw missing(name);
        return filled;
      } finally {
        await file?.close();
      }
    },

    async *list(prefix) {
      if (prefix === '') yield* walk(root, '');
      else if ((await size(prefix)) !== null) yield prefix;
      else yield* walk(pathOf(prefix), `${prefix}/`);
    },

    async remove(prefix) {
      const path = pathOf(prefix);
      // Renamed first: it is gone at once and as a whole, and a write under way fails instead of racing the removal.
      await unlessMissing(rename(path, `${path}~${randomBytes(6).toString('hex')}`));
      const siblings = (await unlessMissing(readdir(dirname(path)))) ?? [];
      const leftovers = siblings.filter((name) => name.startsWith(`${basename(path)}~`));
      for (const name of leftovers)
        await onDisk(rm(join(dirname(path), name), { recursive: true, force: true }));
      if (leftovers.length > 0) await unlessMissing(syncFolder(dirname(path)));
    },
  };
}

/** Large enough to ask the disk rarely. Each page is a fresh buffer, which the consumer may keep. */
const pageBytes = 256 * 1024;

async function* readPages(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  for (let position = start; position < end; ) {
    const page = Buffer.allocUnsafe(Math.min(pageBytes, end - position));
    const { bytesRead } = await onDisk(file.read(page, 0, page.length, position));
    if (bytesRead === 0) return;
    position += bytesRead;
    yield page.subarray(0, bytesRead);
  }
}

async function fill(file: FileHandle, target: Uint8Array, start: number): Promise<number> {
  for (let filled = 0; filled < target.length; ) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, start + filled);
    if (bytesRead === 0) return filled;
    filled += bytesRead;
  }
  return target.length;
}

async function* walk(folder: string, lead: string): AsyncGenerator<string, void> {
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    if (!segment.test(entry.name)) continue;
    if (entry.isFile()) yield lead + entry.name;
    else if (entry.isDirectory()) yield* walk(join(folder, entry.name), `${lead}${entry.name}/`);
  }
}

/** Null if there is no such file or folder; any other trouble is `store_unavailable`. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  return onDisk(
    work.catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    }),
  );
}

function isMissing(error: unknown): boolean {
  // A folder opens, and fails only where it is read.
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code))
  );
}
