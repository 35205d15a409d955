import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: { b: 'boolean', i: 'integer', j: 'jsonb', n: 'numeric(8,2)', t: 'text' },
  typesByName: [
    [/^(stripe|batch|client)_id$/, 'varchar'],
    [/^id$|_id$|_cents$|_by$/, 'bigint'],
    [/_at$/, 'timestamp(0)'],
  ],
  words: { ts: 'created_at updated_at' },
  polymorphicTypes: { type: 'varchar', id: 'bigint' },
  defaultType: 'varchar',
  idIsKey: true,
};

/** A clinic in the habits of Laravel: morphs that name classes, packages' tables, staff in `users` beside the patients. */
export const laravel: Schema = {
  name: 'laravel',
  title: 'Laravel: a clinic',
  subjectTable: 'patients',
  declaresForeignKeys: true,
  falseReaches: {
    model_has_roles: 'only its rows say that they are of the staff',
    model_has_permissions: 'only its rows say that they are of the staff',
  },
  tables: readDescription(
    ['clinic.txt', 'framework.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
