import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: { n: 'numeric(14,4)', s: 'smallint' },
  typesByName: [
    [/^(client|session|primary|registered_client|session_primary)_id$|^(?!order).*_no$/, 'varchar'],
    [/^order_no$|^id$|_id$|_at$|_until$|_time$|_from$|_to$/, 'bigint'],
  ],
  words: { av: 'created_at updated_at version:int deleted:s' },
  polymorphicTypes: { type: 'varchar', id: 'bigint' },
  defaultType: 'varchar',
  idIsKey: false,
};

/** A shop for companies in the habits of Spring and Go services: several schemas, composite keys, epoch milliseconds. */
export const java: Schema = {
  name: 'java',
  title: 'Java: a shop for companies',
  subjectTable: 'iam.customer',
  declaresForeignKeys: true,
  tables: readDescription(
    ['iam.txt', 'trade.txt', 'platform.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
