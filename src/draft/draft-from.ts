import type { DatabaseSchema } from '../catalog/database-schema.ts';
import { readSchema } from '../catalog/read-schema.ts';
import { withSession } from '../catalog/with-session.ts';
import { HandoverError } from '../errors.ts';
import { type Draft, draftConfig } from './draft.ts';
import { chooseSubject, draftable, type Guess, guessSubjects } from './find-subject.ts';
import { type FoundTables, findTables } from './find-tables.ts';
import { certainPairs, findPairs } from './polymorphic.ts';
import { samplePairs, sampleTables } from './sample-tables.ts';
import type { Subject } from './ways.ts';
import { writeTable } from './write-names.ts';

export interface DraftRequest {
  url: string;
  /** Null finds it, and asks `choose` where it is not clear. */
  subject: string | null;
  /** Look at some rows too. */
  sample: boolean;
}

/**
 * Reads the catalogs of a database and drafts a config. `choose` is asked which of the guesses is the subject; null
 * where nobody can be asked: then an unclear subject is refused with `invalid_request`.
 */
export async function draftFrom(
  { choose }: { choose: ((guesses: Guess[]) => Promise<string>) | null },
  { url, subject: written, sample }: DraftRequest,
): Promise<Draft> {
  const settings = {
    type: 'postgres',
    url,
    maxConnections: 1,
    statementTimeoutMs: 60_000,
    maxSnapshotMs: 600_000,
  } as const;
  const schema = await withSession(settings, readSchema);
  const subject = await subjectOf(schema, written, choose);
  const pairs = findPairs(draftable(schema));
  if (!sample) {
    const tables = requireSubject(findTables(schema, subject, certainPairs(pairs)), subject);
    return draftConfig(schema, subject, tables, new Map());
  }
  return withSession(settings, async (session) => {
    const sampled = certainPairs(await samplePairs(session, pairs));
    const tables = requireSubject(findTables(schema, subject, sampled), subject);
    const samples = await sampleTables(
      session,
      tables.owned.map(({ table }) => table),
    );
    return draftConfig(schema, subject, tables, samples);
  });
}

/** Without the subject's own row there is nothing to export. */
function requireSubject(tables: FoundTables, { table }: Subject): FoundTables {
  const { owned, staying } = tables;
  if (owned.some((found) => found.table === table)) return tables;
  const why = staying.find((one) => one.table === table)?.question ?? 'It cannot be read.';
  throw new HandoverError(
    'source_refused',
    `The subject's table ${writeTable(table)} cannot be exported. ${why}`,
  );
}

async function subjectOf(
  schema: DatabaseSchema,
  written: string | null,
  choose: ((guesses: Guess[]) => Promise<string>) | null,
): Promise<Subject> {
  if (written !== null) return chooseSubject(schema, written);
  const guesses = guessSubjects(schema);
  const [first] = guesses;
  if (first === undefined) {
    throw new HandoverError(
      'invalid_request',
      `The database ${schema.database} has no table that the role ${schema.role} can see and that could be the subject. Name it, e.g. --subject customers`,
    );
  }
  if (first.isClear) return chooseSubject(schema, writeTable(first.table));
  if (choose !== null) return chooseSubject(schema, await choose(guesses));
  const names = guesses.map(
    ({ table, reaches }) => `  --subject ${writeTable(table)}   (${reaches} tables hang on it)`,
  );
  throw new HandoverError(
    'invalid_request',
    `Whose data is to be exported is not clear. Name the table whose row is the subject, likely one of:\n${names.join('\n')}`,
    { details: { guesses: guesses.map(({ table }) => writeTable(table)) } },
  );
}
