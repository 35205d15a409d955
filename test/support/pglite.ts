import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { makeOnce } from './make-once.ts';

/**
 * Puts into a folder, which it makes, what a PGlite makes there by itself when it finds nothing: a database in which
 * nobody has written. To make one costs a process seconds of computing, to copy it a fraction of that.
 */
export async function copyEmptyPglite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await madeOnce(), folder, { recursive: true });
}

/** An empty PGlite in a folder of its own, which goes when it is closed. */
export async function createPglite(options: PGliteOptions = {}): Promise<PGlite> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-test-pglite-'));
  await copyEmptyPglite(folder);
  const pglite = await PGlite.create(folder, options);
  const close = pglite.close.bind(pglite);
  pglite.close = async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  };
  return pglite;
}

/** Kept between runs. */
async function madeOnce(): Promise<string> {
  const manifest = await readFile(resolve('node_modules', '@electric-sql', 'pglite', 'package.json'), 'utf8');
  const cache = resolve('node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  return makeOnce(join(cache, `pglite-${JSON.parse(manifest).version}`), exists, async (making) => {
    const pglite = await PGlite.create(making);
    await pglite.close();
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
