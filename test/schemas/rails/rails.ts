import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: {
    b: 'boolean',
    d: 'date',
    i: 'integer',
    j: 'jsonb',
    n: 'numeric(12,2)',
    t: 'text',
  },
  typesByName: [
    [/^(message|processor|stripe_customer|active_job|session)_id$/, 'varchar'],
    [/^id$|_id$|_cents$|_size$|_count$|_hash$|^quantity$/, 'bigint'],
    [/_at$/, 'timestamp(6)'],
    [/_on$/, 'date'],
  ],
  words: { ts: 'created_at updated_at' },
  polymorphicTypes: { type: 'varchar', id: 'bigint' },
  defaultType: 'varchar',
  idIsKey: true,
};

/** A help desk in the habits of Rails: no foreign keys, polymorphic owners, the tables of its well-known gems. */
export const rails: Schema = {
  name: 'rails',
  title: 'Rails: a help desk',
  subjectTable: 'accounts',
  declaresForeignKeys: false,
  tables: readDescription(
    ['people.txt', 'work.txt', 'money.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
