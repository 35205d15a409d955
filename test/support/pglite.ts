import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { openPglite } from '../../src/database.ts';
import { migrate } from '../../src/migrate.ts';
import { startQueue } from '../../src/queue.ts';
import { makeOnce } from './make-once.ts';

/**
 * Puts into a folder, which it makes, what a PGlite makes there by itself when it finds nothing: a database in which
 * nobody has written. To make one costs a process seconds of computing, to copy it a fraction of that.
 */
export async function copyEmptyPglite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  cpSync(await madeOnce(), folder, { recursive: true });
}

/**
 * Puts into a folder, which it makes, the state that a first start of Handover makes of an empty one: its migrations and its
 * queue's, and nothing besides. They take the embedded database twice as long as everything else that a start does.
 */
export async function copyNewState(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  cpSync(await migratedOnce(), folder, { recursive: true });
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
  return keptOnce(`pglite-${await versionOf('@electric-sql/pglite')}`, async (making) => {
    const pglite = await PGlite.create(making);
    await pglite.close();
  });
}

/** Kept between runs, for as long as what makes it is the same. */
async function migratedOnce(): Promise<string> {
  const hash = createHash('sha256');
  const migrations = (await readdir('migrations')).sort().map((name) => join('migrations', name));
  for (const file of [...migrations, 'src/migrate.ts', 'src/queue.ts', 'src/database.ts'])
    hash.update(await readFile(file));
  for (const name of ['@electric-sql/pglite', 'pg-boss']) hash.update(await versionOf(name));
  return keptOnce(`state-${hash.digest('hex').slice(0, 16)}`, async (making) => {
    cpSync(await madeOnce(), making, { recursive: true });
    const db = await openPglite(making);
    await migrate(db);
    const queue = await startQueue(db, null, (error) => {
      throw error;
    });
    await queue.stop(1);
    await db.close();
  });
}

async function keptOnce(name: string, make: (making: string) => Promise<void>): Promise<string> {
  const cache = resolve('node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  return makeOnce(join(cache, name), exists, make);
}

async function versionOf(name: string): Promise<string> {
  return JSON.parse(await readFile(resolve('node_modules', name, 'package.json'), 'utf8')).version;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
