import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: { b: 'boolean', j: 'jsonb', n: 'numeric(8,2)', z: 'timestamptz' },
  typesByName: [
    [/^(client|provider|object|task|actor_object|target_object|stripe_customer)_id$/, 'varchar'],
    [/^id$|_id$/, 'integer'],
    [/^is_/, 'boolean'],
  ],
  words: {},
  polymorphicTypes: { type: 'integer', id: 'integer' },
  defaultType: 'varchar',
  idIsKey: true,
};

/** A shop of courses in the habits of Django: all foreign keys, content types, tables of its well-known apps. */
export const django: Schema = {
  name: 'django',
  title: 'Django: a shop of courses',
  subjectTable: 'auth_user',
  declaresForeignKeys: true,
  tables: readDescription(
    ['framework.txt', 'shop.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
