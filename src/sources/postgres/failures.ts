import { HandoverError } from '../../errors.ts';

/**
 * What a database said, as a refusal: `source_unavailable` and `snapshot_lost` may pass, `source_refused` needs
 * somebody to change something. Null for what is not a database's error. The server's own words are repeated only
 * where they name tables and columns; where they may quote a value, they stay in the cause.
 */
export function refusalOf(error: unknown): HandoverError | null {
  if (error instanceof HandoverError) return error;
  if (!(error instanceof Error)) return null;
  const state = sqlStateOf(error);
  if (state) return refusalOfState(state, error);
  const code = codeOf(error);
  if (NETWORK_CODES.has(code) || LOST_CONNECTION.test(error.message)) {
    return new HandoverError('source_unavailable', undefined, {
      details: { reason: code || 'lost' },
      cause: error,
    });
  }
  return null;
}

/** Throws the refusal that an error is, or the error itself; `place` says what the server refused to read. */
export function refuse(error: unknown, place?: string): never {
  const refusal = refusalOf(error);
  if (!place || refusal?.code !== 'source_refused' || refusal === error) throw refusal ?? error;
  const { code, message, details, cause } = refusal;
  throw new HandoverError(code, `${place}: ${message}`, { details, cause });
}

/** Whether an error says that the server, or the way to it, is gone. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state ? /^(08|57P)/.test(state) : refusalOf(error)?.code === 'source_unavailable';
}

/** Five letters and digits that say what went wrong on the server; null for what did not come from there. */
export function sqlStateOf(error: unknown): string | null {
  const code = codeOf(error);
  return SQLSTATE.test(code) ? code : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;

const NETWORK_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EPIPE'],
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EMFILE'],
]);

/** `pg` gives these no code. */
const LOST_CONNECTION = /connection terminated|timeout expired|not queryable|client was closed/i;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function refusalOfState(code: string, cause: Error): HandoverError {
  const details = { sqlState: code };
  const say = (
    refusal: 'source_refused' | 'source_unavailable' | 'snapshot_lost' | 'snapshot_too_old',
    words?: string,
  ) => new HandoverError(refusal, words, { details, cause });

  switch (code) {
    case '57014': // query_canceled
      return say(
        'source_unavailable',
        'A statement on the source took longer than it may, or was cancelled there.',
      );
    case '55P03': // lock_not_available
      return say('source_unavailable', 'A table of the source was locked, perhaps by a migration.');
    case '40001': // serialization_failure: what a replica says when replay needs rows that we still read
    case '40P01': // deadlock_detected: the same, when replay waits for a page that a reader holds
      return say('snapshot_lost');
    case '25P03': // idle_in_transaction_session_timeout: a reader that was not asked for long
      return say('source_unavailable');
    case '25P04': // transaction_timeout, from Postgres 17
      return say('snapshot_too_old');
    case '25P02': // in_failed_sql_transaction
      return say('snapshot_lost');
    case '28000': // invalid_authorization_specification
    case '28P01': // invalid_password
    case '3D000': // invalid_catalog_name
      return say(
        'source_refused',
        'The source refused the connection: its user, password or database is not right.',
      );
    case '42501': // insufficient_privilege
      return say(
        'source_refused',
        `The source refused the read (${cause.message}). Grant the role of the source "select" on it; where row-level security is on, also "bypassrls".`,
      );
  }
  switch (code.slice(0, 2)) {
    case '08': // connection exception
    case '53': // insufficient resources
    case '57': // operator intervention
    case '58': // system error
    case 'XX': // internal error
      return say('source_unavailable');
    case '42': // syntax error or access rule violation: names, never values
      return say('source_refused', `The source refused the read: ${cause.message}`);
    default:
      return say('source_refused');
  }
}
