import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';

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

/** Kept between runs. Made under another name and then renamed: test files start side by side. */
async function madeOnce(): Promise<string> {
  const manifest = await readFile(resolve('node_modules', '@electric-sql', 'pglite', 'package.json'), 'utf8');
  const folder = resolve('node_modules', '.cache', `pglite-${JSON.parse(manifest).version}`);
  if (await exists(folder)) return folder;
  await mkdir(join(folder, '..'), { recursive: true });
  const making = await mkdtemp(`${folder}-`);
  try {
    const pglite = await PGlite.create(making);
    await pglite.close();
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
