import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createFileDigester, type FileDigest } from './file-digest.ts';
import type { FilePiece } from './stream-json-document.ts';

/**
 * Writes beside the file and moves it into place at the end, so that a half file never has its name; an abort removes
 * what there is, at once. Mode 0600.
 */
export async function writePlainFile(
  path: string,
  signal: AbortSignal,
  pieces: AsyncIterable<FilePiece> | Iterable<FilePiece>,
): Promise<FileDigest> {
  const target = resolve(path);
  const aside = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.partial`);
  const remove = () => rmSync(aside, { force: true });
  const digester = createFileDigester();
  try {
    const file = await open(aside, 'wx', 0o600);
    signal.addEventListener('abort', remove);
    try {
      signal.throwIfAborted();
      for await (const { section, bytes } of pieces) {
        if (section === null) digester.frame(bytes);
        else digester.rows(section, bytes);
        await file.writeFile(bytes);
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
  return digester.end();
}
