import pg from 'pg';
import type { Postgres } from '../support/postgres.ts';
import { createTables, quote, quoteTable } from './create.ts';
import type { Schema } from './schema.ts';
import { exported, seedTables } from './seed.ts';
import { type Verdict, verify } from './verify.ts';
import { type Walked, walk } from './walk.ts';

/** A described schema as a real database, filled. */
export interface Product {
  schema: Schema;
  url: string;
  db: pg.Client;
  /** The subject that is exported. */
  subject: string;
}

/** The caller ends `db`. */
export async function createProduct(postgres: Postgres, schema: Schema): Promise<Product> {
  const url = await postgres.createDatabase();
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  const { before = [], after = [], tables, declaresForeignKeys } = schema;
  // Rows of tables that refer to each other go in as they come.
  const statements = [
    ...before,
    ...createTables(tables, declaresForeignKeys),
    'set session_replication_role = replica',
    ...seedTables(tables),
    'set session_replication_role = origin',
    ...after,
  ];
  await db.query(statements.join(';\n'));
  const key = tables.find(({ name }) => name === schema.subjectTable)?.columns.find(({ isKey }) => isKey);
  const { rows } = await db.query<{ id: string }>(
    `select ${quote(key?.name ?? 'id')}::text as id from ${quoteTable(schema.subjectTable)} t where t::text like $1 limit 1`,
    [`%of-s${exported}-%`],
  );
  const [row] = rows;
  if (!row) throw new Error(`${schema.subjectTable} has no row of subject ${exported}.`);
  return { schema, url, db, subject: row.id };
}

export async function measure(
  { schema, url, db, subject }: Product,
  { sample }: { sample: boolean },
): Promise<{ walked: Walked; verdict: Verdict }> {
  const walked = await walk({ url, subjectTable: schema.subjectTable, subject, sample });
  return { walked, verdict: await verify(db, schema, subject, walked.kind, walked.document) };
}
