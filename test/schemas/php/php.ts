import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: { n: 'numeric(12,4)', s: 'smallint', u: 'integer' },
  typesByName: [
    [/^(callerid|rpid|uniqueid|linkedid|payerid)$/, 'varchar'],
    [/^id$|_id$|^id_|^id\w+$|\w+id$/, 'integer'],
    [/^json$/, 'json'],
  ],
  words: {},
  polymorphicTypes: { type: 'varchar', id: 'integer' },
  defaultType: 'varchar',
  idIsKey: false,
};

/**
 * Telephony and its bills in the habits of old PHP: a prefix on every table, no foreign keys, tables without a key,
 * calls by inheritance, passwords in many languages, booleans as smallint, instants as seconds.
 */
export const php: Schema = {
  name: 'php',
  title: 'PHP: telephony and its bills',
  subjectTable: 'tb_customer',
  declaresForeignKeys: false,
  tables: readDescription(
    ['people.txt', 'telephony.txt', 'money.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
