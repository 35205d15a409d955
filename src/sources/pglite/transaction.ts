import { type PGlite, protocol, type Transaction } from '@electric-sql/pglite';
import { type CopyBytes, copyBytesOf } from '../postgres/copy-tap.ts';
import { MARK, SESSION_SETTINGS, type Session, TAKEN_AT } from '../postgres/session.ts';
import { createSlots } from '../postgres/slots.ts';

/** A read-only transaction of a PGlite, held open. Whatever else wants the database waits for its end. */
export interface PgliteTransaction {
  session: Session;
  /** RFC 3339, UTC, microseconds. */
  takenAt: string;
  close(): Promise<void>;
}

export async function openTransaction(pglite: PGlite): Promise<PgliteTransaction> {
  const opened = Promise.withResolvers<{ session: Session; takenAt: string }>();
  const closing = Promise.withResolvers<void>();
  const closed = pglite.transaction(async (transaction) => {
    await transaction.exec(`set transaction isolation level repeatable read, read only; ${SESSION_SETTINGS}`);
    const session = sessionOf(pglite, transaction);
    const [instant] = await session.query(`select ${TAKEN_AT}`);
    await session.query(MARK);
    opened.resolve({ session, takenAt: instant?.[0] ?? '' });
    await closing.promise;
    await transaction.rollback();
  });
  // Fails with the transaction, if that fails before it is open.
  await Promise.race([opened.promise, closed]);
  return {
    ...(await opened.promise),
    close() {
      closing.resolve();
      return closed;
    },
  };
}

function sessionOf(pglite: PGlite, transaction: Transaction): Session {
  return {
    turn: createSlots(1),

    async query(sql) {
      const options = { rowMode: 'array', parsers: { [JSON_OID]: String } } as const;
      return (await transaction.query<(string | null)[]>(sql, [], options)).rows;
    },

    async queryEach(statements) {
      const options = { rowMode: 'array', parsers: { [JSON_OID]: String } } as const;
      const answers = await transaction.exec(statements.join(';\n'), options);
      return answers.map(({ rows }) => rows as unknown as (string | null)[][]);
    },

    async describe(sql) {
      const { fields } = await transaction.query(`${sql} limit 0`);
      return fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
    },

    async *copy(sql, signal) {
      signal?.throwIfAborted();
      if (transaction.closed) throw new Error('The reader was closed.');
      // Runs to its end before it returns; the slices it hands over are used again.
      const slices: Uint8Array[] = [];
      await pglite.execProtocolRawStream(protocol.serialize.query(sql), {
        syncToFs: false,
        onRawData: (slice) => slices.push(slice.slice()),
      });
      const copied: CopyBytes[] = [];
      new protocol.Parser().parse(Buffer.concat(slices), (message) => {
        if (message.name === 'error') throw message;
        if (message instanceof protocol.messages.CopyDataMessage) copied.push(copyBytesOf(message.chunk));
      });
      yield* copied;
      signal?.throwIfAborted();
    },
  };
}

/** What EXPLAIN answers with; PGlite would parse it. */
const JSON_OID = 114;
