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

/** Where each session comes back to. It is marked once: coming back leaves the mark, and asking changes nothing. */
const marked = new WeakSet<Session>();

/** The rows, or the error that the server refuses to answer with. */
export async function tryAsking(session: Session, sql: string): Promise<(string | null)[][] | Error> {
  if (!marked.has(session)) await session.query('savepoint handover_check');
  marked.add(session);
  try {
    return await session.query(sql);
  } catch (error) {
    if (!(error instanceof Error) || !isRefusal.test(sqlStateOf(error) ?? '')) throw error;
    await session.query('rollback to savepoint handover_check');
    return error;
  }
}

/** Data exceptions, syntax and access, features that are missing, names that are not there. */
const isRefusal = /^(2[0-9]|42|0A|3D|3F)/;
