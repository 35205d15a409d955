import { z } from 'zod';
import { chatFields, madeFields } from './chat-field-names.ts';
import type { ChatFields } from './chat-fields.ts';
import type { ChatConfig } from './define.ts';
import { didYouMean } from './problems.ts';
import { column, columnNames, exclude, leftOut, ofColumns, table } from './rule-shapes.ts';
import { duration, list, named, object, text, wholeNumber } from './shapes.ts';

const custom = list(
  z.union([column, named(column, "{ mood_emoji: 'mood' }", columnNames)], {
    error: "expected a column, or a column and its key, e.g. { mood_emoji: 'mood' }",
  }),
  "custom: ['mood']",
);

const perMinute = (example: string) => wholeNumber(1, example).optional();

const policy = object(
  {
    retention: duration({ orZero: false }, "retention: '60d'").optional(),
    addressLife: duration({ orZero: false }, "addressLife: '24h'").optional(),
    channelsPerRequest: wholeNumber(1, 'channelsPerRequest: 25', 100).optional(),
    usersPerRequest: wholeNumber(1, 'usersPerRequest: 25', 100).optional(),
    messagesPerUser: wholeNumber(1, 'messagesPerUser: 10_000').optional(),
    retries: wholeNumber(0, 'retries: 5').optional(),
    rowsPerPart: wholeNumber(1, 'rowsPerPart: 100_000').optional(),
    rateLimits: object(
      {
        exportChannels: perMinute('exportChannels: 60'),
        exportUsers: perMinute('exportUsers: 60'),
        exportUser: perMinute('exportUser: 60'),
        exportStatus: perMinute('exportStatus: 600'),
      },
      'rateLimits: { exportStatus: 600 }',
    ).optional(),
  },
  "policy: { retention: '60d' }",
);

/** The shape of `chat`: the API's fields are known here, the product's columns are not. */
export const chatSchema: z.ZodType<ChatConfig> = object(
  {
    source: text('a name of sources', "source: 'main'").optional(),
    users: entity('users', "{ from: 'people', fields: { id: 'id', name: 'handle' } }"),
    channels: entity('channels', "{ from: 'rooms', fields: { id: 'slug', type: 'kind' } }", {
      key: text('the column by which other tables name a channel', "key: 'id'").optional(),
    }),
    members: entity('members', "{ from: 'room_members', fields: { channel: 'room_id', user: 'person_id' } }"),
    messages: entity(
      'messages',
      "{ from: 'posts', fields: { id: 'id', channel: 'room_id', user: 'author_id', text: 'body', created_at: 'posted_at' } }",
    ),
    reactions: entity(
      'reactions',
      "{ from: 'post_reactions', fields: { message: 'post_id', user: 'person_id', type: 'emoji_name' } }",
    ).optional(),
    reads: entity(
      'reads',
      "{ from: 'read_markers', fields: { channel: 'room_id', user: 'person_id', last_read: 'read_until' } }",
    ).optional(),
    calls: entity('calls', "{ from: 'voice_calls', fields: { id: 'id', user: 'caller_id' } }").optional(),
    leftOut: leftOut.optional(),
    policy: policy.optional(),
  },
  'chat: { users: …, channels: …, members: …, messages: … }',
);

function entity<Name extends keyof ChatFields>(name: Name, example: string, more: z.ZodRawShape = {}) {
  const shape = {
    from: table,
    fields: fieldsOf(name),
    ...(name === 'reads' ? {} : { custom: custom.optional() }),
    exclude: exclude.optional(),
    ...ofColumns,
    ...more,
  };
  // The fields are made from a table, so their names are lost to the compiler; `chat-fields.ts` ties table and type.
  return object(shape, `${name}: ${example}`) as unknown as z.ZodType<ChatConfig[Name] & object>;
}

function fieldsOf(name: keyof ChatFields) {
  const shape = Object.fromEntries(
    Object.entries(chatFields[name]).map(([field, holds]) => [
      field,
      holds === null ? column.optional() : text(`the column with ${holds}`, `${field}: '${field}'`),
    ]),
  );
  const required = Object.entries(chatFields[name]).flatMap(([field, holds]) =>
    holds === null ? [] : [`${field}: '…'`],
  );
  return object(shape, `fields: { ${required.join(', ')} }`, (field, known) =>
    madeFields[name].includes(field) && !known.includes(field.replace(/_id$/, ''))
      ? `Handover makes \`${field}\` itself; leave it out`
      : unknownField(name, field, known),
  );
}

function unknownField(name: keyof ChatFields, field: string, known: string[]): string {
  const hint = didYouMean(field, known) || didYouMean(field.replace(/_(id|cid)$/, ''), known);
  const own = name === 'reads' ? '' : "; a column of your own goes to custom, e.g. custom: ['mood']";
  return `the API has no such field in ${name}${hint}${own}`;
}
