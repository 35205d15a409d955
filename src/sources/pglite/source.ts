import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { HandoverError } from '../../errors.ts';
import { refusalOf } from '../postgres/failures.ts';
import { createReader } from '../postgres/reader.ts';
import type { Source } from '../source.ts';
import { openTransaction, type PgliteTransaction } from './transaction.ts';

/**
 * An embedded database as a source: a folder, or one that is open already (and is then left open). PGlite has one
 * session only, so there is one snapshot at a time: exports that run at the same time share it and its instant, and
 * nobody can write meanwhile. It can be joined in this process only.
 *
 * PGlite takes no lock on its folder, and two processes on one folder damage it: the caller sees to that. Throws
 * `source_refused` when the folder holds no database.
 */
export async function openPgliteSource(from: { folder: string } | { pglite: PGlite }): Promise<Source> {
  const pglite = 'pglite' in from ? from.pglite : await openFolder(from.folder);
  let current: SharedSnapshot | null = null;

  /** One more user of the snapshot that is open, or of a new one. */
  function use(): SharedSnapshot {
    current ??= { id: randomUUID(), users: 0, transaction: openTransaction(pglite) };
    current.users++;
    return current;
  }

  function leaveOnce(snapshot: SharedSnapshot): () => Promise<void> {
    let hasLeft = false;
    return async () => {
      if (hasLeft) return;
      hasLeft = true;
      snapshot.users--;
      if (snapshot.users > 0) return;
      if (current === snapshot) current = null;
      await (await snapshot.transaction).close();
    };
  }

  return {
    async openSnapshot() {
      const snapshot = use();
      try {
        const { session, takenAt } = await snapshot.transaction;
        const close = leaveOnce(snapshot);
        const reader = createReader(session, { close, rowsAtOnce: ROWS_AT_ONCE });
        return { id: snapshot.id, takenAt, isShareable: true, ...reader };
      } catch (error) {
        if (current === snapshot) current = null;
        throw refusalOf(error) ?? error;
      }
    },

    async joinSnapshot(id) {
      if (current?.id !== id) throw new HandoverError('snapshot_lost');
      const snapshot = use();
      const { session } = await snapshot.transaction;
      return createReader(session, { close: leaveOnce(snapshot), rowsAtOnce: ROWS_AT_ONCE });
    },

    async close() {
      const snapshot = current;
      current = null;
      await snapshot?.transaction.then((transaction) => transaction.close()).catch(() => {});
      if ('folder' in from) await pglite.close();
    },
  };
}

/** The answer to one statement is held in memory, and the event loop waits for it: a few megabytes at a time. */
const ROWS_AT_ONCE = 4_000;

interface SharedSnapshot {
  id: string;
  users: number;
  transaction: Promise<PgliteTransaction>;
}

/** A folder without a database would get a new, empty one. Throws `source_refused` instead. */
export async function openFolder(folder: string): Promise<PGlite> {
  try {
    await access(join(folder, 'PG_VERSION'));
  } catch (cause) {
    throw new HandoverError('source_refused', `There is no PGlite database in the folder ${folder}.`, {
      cause,
    });
  }
  return PGlite.create(folder);
}
