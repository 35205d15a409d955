import { sqlStateOf } from '../sources/postgres/failures.ts';
import type { Session } from '../sources/postgres/session.ts';

/**
 * Asks a question whose refusal is an answer: the error that the server refuses it with, or null. The transaction goes
 * on. A fault (the server is gone, a statement took too long) is thrown.
 */
export async function refusalBy(session: Session, sql: string): Promise<Error | null> {
  const answer = await tryAsking(session, sql);
  return answer instanceof Error ? answer : null;
}

export async function isRefusedBy(session: Session, sql: string): Promise<boolean> {
  return (await refusalBy(session, sql)) !== null;
}

/** The rows, or the error that the server refuses to answer with. */
export async function tryAsking(session: Session, sql: string): Promise<(string | null)[][] | Error> {
  await session.query('savepoint handover_check');
  try {
    const rows = await session.query(sql);
    await session.query('release savepoint handover_check');
    return rows;
  } catch (error) {
    if (!(error instanceof Error) || !/^(2[0-9]|42|0A|3D|3F)/.test(sqlStateOf(error) ?? '')) throw error;
    await session.query('rollback to savepoint handover_check');
    return error;
  }
}
