import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: { b: 'boolean', i: 'integer', n: 'numeric(18,2)' },
  typesByName: [
    [/^(Code|CountryCode)$/, 'text'],
    [/Id$/, 'uuid'],
    [/At$|AtUtc$|OnUtc$|Date$|^From$|^Until$|^LockoutEnd$|^createdat$/, 'timestamptz'],
  ],
  words: { audit: 'CreatedAt CreatedBy ModifiedAt ModifiedBy IsDeleted:boolean' },
  polymorphicTypes: { type: 'text', id: 'uuid' },
  defaultType: 'text',
  idIsKey: false,
};

/** A fleet in the habits of Entity Framework: quoted PascalCase, UUIDs, Identity, owned types, joins without a name. */
export const dotnet: Schema = {
  name: 'dotnet',
  title: '.NET: a fleet',
  subjectTable: 'Tenants',
  declaresForeignKeys: true,
  tables: readDescription([new URL('tables.txt', import.meta.url)], habits),
};
