import type { SourceSettings } from '../sources/open-source.ts';
import { openFolder } from '../sources/pglite/source.ts';
import { openTransaction } from '../sources/pglite/transaction.ts';
import { connect } from '../sources/postgres/connection.ts';
import { refusalOf } from '../sources/postgres/failures.ts';
import { SESSION_SETTINGS, type Session } from '../sources/postgres/session.ts';

/** Longest time of one statement on the catalogs, or of a bounded sample. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Runs `use` in one read-only transaction of a source, on a connection of its own that is closed afterwards. Throws
 * `source_unavailable` when the database cannot be reached.
 */
export async function withSession<T>(
  settings: SourceSettings,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await (settings.type === 'pglite' ? inFolder(settings.folder, use) : onServer(settings.url, use));
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

async function onServer<T>(url: string, use: (session: Session) => Promise<T>): Promise<T> {
  const connection = await connect({ url, applicationName: 'handover' });
  try {
    await connection.begin(`begin transaction isolation level repeatable read, read only; ${SESSION_SETTINGS}
      set local search_path = '';
      set local statement_timeout = ${STATEMENT_TIMEOUT_MS};
      set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function inFolder<T>(folder: string, use: (session: Session) => Promise<T>): Promise<T> {
  const pglite = await openFolder(folder);
  try {
    const { session, close } = await openTransaction(pglite);
    try {
      return await use(session);
    } finally {
      await close();
    }
  } finally {
    await pglite.close();
  }
}
