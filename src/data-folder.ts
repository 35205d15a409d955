import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  link,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HandoverError } from './errors.ts';

/** How often a held lock is refreshed, in milliseconds. */
const REFRESH_MS = 5_000;
/** After this long without a refresh a lock of another host counts as left behind, in milliseconds. */
const STALE_MS = 30_000;

interface Holder {
  /** Of this one taking of the lock. */
  id: string;
  host: string;
  /** Linux: process ids of another namespace mean nothing here, even under the same host name. */
  processNamespace: string | null;
  processId: number;
  /** When the process started, as the kernel counts; tells a process from a later one with the same id. */
  startedAt: string | null;
}

/**
 * Takes a data folder for this process alone, and makes it if it is not there. The embedded database has no lock of
 * its own, and two processes on one folder would lose data. Throws `data_folder_locked`, or `environment_invalid` for a folder
 * that cannot be written. Returns the release.
 */
export async function lockDataFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const path = join(folder, 'lock');
  const mine: Holder = {
    id: randomUUID(),
    host: hostname(),
    processNamespace: await processNamespace(),
    processId: process.pid,
    startedAt: await startOf(process.pid),
  };
  if (!(await take(path, mine))) throw locked(folder);
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, REFRESH_MS);
  refresh.unref();
  return async () => {
    clearInterval(refresh);
    await rm(path, { force: true });
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HandoverError(
      'environment_invalid',
      `HANDOVER_DATA_DIR: ${folder} can be neither made nor written (${why}). Make it writable for this user, or set ` +
        'HANDOVER_DATA_DIR to another folder.',
      { cause },
    );
  }
}

/**
 * Makes the lock, or takes over one that was left behind. To do that, one must first be the only successor of whoever
 * left it, which is a lock as well: of many who find the same stale lock, one replaces it, and none ever finds the place
 * empty. False when somebody has it.
 */
async function take(path: string, mine: Holder): Promise<boolean> {
  if (await place(path, mine, link)) return true;
  const left = await readLock(path);
  // Let go of just now.
  if (left === null) return place(path, mine, link);
  if (await isHeld(left.holder, left.refreshedAtMs)) return false;

  const succession = `${path}.${left.holder.id}`;
  if (!(await take(succession, mine))) return false;
  // Somebody else may have been the successor, and done, since the look above.
  const isStillLeft = (await readLock(path))?.holder.id === left.holder.id;
  if (isStillLeft) await place(path, mine, rename);
  await rm(succession, { force: true });
  return isStillLeft;
}

/** Written beside and moved into place, so that nobody ever reads half a lock. False where `link` finds one there. */
async function place(path: string, holder: Holder, move: typeof link): Promise<boolean> {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(holder), { mode: 0o600 });
  try {
    await move(aside, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** Null for a lock that is not there. */
async function readLock(path: string): Promise<{ holder: Holder; refreshedAtMs: number } | null> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return { holder, refreshedAtMs: (await stat(path)).mtimeMs };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function isHeld(holder: Holder, refreshedAtMs: number): Promise<boolean> {
  const isHere = holder.host === hostname() && holder.processNamespace === (await processNamespace());
  if (!isHere) return Date.now() - refreshedAtMs < STALE_MS;
  if (holder.processId === process.pid) return holder.startedAt === (await startOf(process.pid));
  try {
    process.kill(holder.processId, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
  return holder.startedAt === (await startOf(holder.processId));
}

/** Null where there is no such link. */
function processNamespace(): Promise<string | null> {
  return readlink('/proc/self/ns/pid').catch(() => null);
}

/** Field 22 of `/proc/PID/stat` (proc(5)), counted after the name in brackets; null where there is no such file. */
async function startOf(processId: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${processId}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function locked(folder: string): HandoverError {
  return new HandoverError(
    'data_folder_locked',
    `Another Handover process is using ${folder}. Stop it, set HANDOVER_DATA_DIR to another folder, or give both a ` +
      'DATABASE_URL to share. If it is already gone, the folder is free again within 30 seconds.',
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
