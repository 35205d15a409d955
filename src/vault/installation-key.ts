import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HandoverError } from '../errors.ts';
import { syncFolders } from './whole-file.ts';

export interface InstallationKey {
  /** 32 bytes: the key-encryption key of the installation. */
  key: Uint8Array;
  /** The file it lies in; null when it came from the environment. */
  path: string | null;
  /** True when the file was made just now: time to ask the operator for a backup of it. */
  isNew: boolean;
}

/**
 * The key from `value` (that of `HANDOVER_KEY`; undefined when not set), else from `<dataDir>/installation.key`,
 * which is made on the first start. Several starts at once agree on one key.
 * Throws `environment_invalid`, with the way out, if the key is malformed or others on the machine may read its file.
 */
export async function readInstallationKey({
  value,
  dataDir,
}: {
  value: string | undefined;
  dataDir: string;
}): Promise<InstallationKey> {
  if (value !== undefined) {
    const key = parseKey(value);
    if (key === null) throw invalid(`HANDOVER_KEY ${form}. Make one with: ${recipe}`);
    return { key, path: null, isNew: false };
  }
  const path = resolve(dataDir, 'installation.key');
  try {
    const present = await readKeyFile(path);
    if (present !== null) return { key: present, path, isNew: false };
    const topmostMade = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const isNew = await makeKeyFile(path);
    // A key that a power cut takes back would make everything sealed since then unreadable.
    await syncFolders(dirname(path), dirname(topmostMade ?? path));
    const made = await readKeyFile(path);
    if (made === null) throw invalid(`The installation key ${path} disappeared while it was being made.`);
    return { key: made, path, isNew };
  } catch (cause) {
    if (cause instanceof HandoverError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const wayOut = `Make the folder writable, or set HANDOVER_KEY to a key made with: ${recipe}`;
    throw invalid(`The installation key ${path} can be neither read nor made (${why}). ${wayOut}`, cause);
  }
}

/** The same key where there is one already; null where it would have to be made. Throws as {@link readInstallationKey}. */
export async function findInstallationKey(from: {
  value: string | undefined;
  dataDir: string;
}): Promise<Uint8Array | null> {
  if (from.value !== undefined) return (await readInstallationKey(from)).key;
  return readKeyFile(resolve(from.dataDir, 'installation.key'));
}

const form = 'must be 32 bytes in base64, base64url or hex';
const recipe = 'openssl rand -base64 32';

/** Null if the text is no key. Hex first, since 64 hex digits are base64 as well, of 48 bytes. */
function parseKey(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  if (/^[A-Za-z0-9_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64url');
  return null;
}

/** Null if there is no such file. */
async function readKeyFile(path: string): Promise<Uint8Array | null> {
  const file = await stat(path).catch(nullIfMissing);
  if (file === null) return null;
  // Windows keeps no such bits: there the access list of the folder decides.
  if (process.platform !== 'win32' && (file.mode & 0o077) !== 0) {
    throw invalid(`Others on this machine may read the installation key. Run: chmod 600 ${path}`);
  }
  const key = parseKey(await readFile(path, 'utf8'));
  if (key === null) throw invalid(`The installation key ${path} ${form}. Restore it from your backup.`);
  return key;
}

/** True if this call made the file; false if another start was faster. The link appears only once the key is on disk. */
async function makeKeyFile(path: string): Promise<boolean> {
  const temporary = `${path}~${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await file.sync();
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function invalid(message: string, cause?: unknown): HandoverError {
  return new HandoverError('environment_invalid', message, { cause });
}
