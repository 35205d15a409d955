import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';

export interface User {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root, so root runs it as `nobody`. Null when we are somebody already. */
export function serverUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'nobody') return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('Postgres does not run as root, and this machine has no user "nobody" to run it as.');
}

/** A folder for temporary files that the server's user can reach, too: TMPDIR may lie in root's own home. */
export function temporaryFolder(user: User | null): string {
  const places = [tmpdir(), '/tmp', '/var/tmp'];
  const place = places.find((folder) => isWritable(folder) && (user === null || isOpenToAll(folder)));
  if (!place) throw new Error(`None of ${places.join(', ')} can be used for temporary files.`);
  return resolve(place);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isOpenToAll(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpenToAll(parent));
}
