import { z } from 'zod';
import { chatSchema } from './chat-schema.ts';
import type { Config } from './define.ts';
import { column, columnNames, exclude, leftOut, ofColumns, table, words } from './rule-shapes.ts';
import { duration, list, named, object, plainNames, text, wholeNumber } from './shapes.ts';

const joinOn = named(column, "{ campaign_id: 'id' }", columnNames);

const expectedConstant = "expected a value as a text, e.g. is: { owner_type: 'User' }";
const constants = named(
  z
    .string({ error: expectedConstant })
    .refine((value) => !value.includes('\0') && value.isWellFormed(), { error: expectedConstant }),
  "is: { owner_type: 'User' }",
  columnNames,
);

const way = z.union(
  [
    text("the column that holds the subject's id", "belongsTo: 'account_id'"),
    object(
      {
        column: text("the column of the last table that holds the subject's id", "column: 'account_id'"),
        is: constants.optional(),
        through: list(
          object(
            { table, on: joinOn, is: constants.optional() },
            "{ table: 'campaigns', on: { campaign_id: 'id' } }",
          ),
          "[{ table: 'campaigns', on: { campaign_id: 'id' } }]",
        ).optional(),
      },
      "belongsTo: 'account_id'",
    ),
  ],
  {
    error:
      "expected the column that holds the subject's id, e.g. 'account_id', or { column: 'account_id', through: … }",
  },
);

const anyOf = object(
  { anyOf: list(way, "anyOf: ['sender_id', 'recipient_id']") },
  "{ anyOf: ['sender_id', 'recipient_id'] }",
);

const belongsTo = z.union([...way.options, anyOf], {
  error: "expected the column that holds the subject's id, e.g. belongsTo: 'account_id'",
});

const category = object(
  {
    from: table,
    only: z.literal(true, { error: 'expected true, or nothing, e.g. only: true' }).optional(),
    title: words.optional(),
    description: words.optional(),
    belongsTo,
    include: list(
      z.union([column, named(column, "{ e164: 'number' }", columnNames)], {
        error: "expected a column, or a column and its key, e.g. { e164: 'number' }",
      }),
      "include: ['id', 'created_at']",
    ),
    exclude: exclude.optional(),
    ...ofColumns,
    where: text('a predicate in SQL on alias t', "where: 't.deleted_at is null'").optional(),
    whereReason: words.optional(),
    orderBy: list(column, "orderBy: ['id']").optional(),
  },
  "{ from: 'calls', belongsTo: 'account_id', include: ['id'] }",
);

const policy = object(
  {
    confirmByEmail: z.boolean('expected true or false, e.g. confirmByEmail: true').optional(),
    confirmationWindow: duration({ orZero: false }, "confirmationWindow: '24h'").optional(),
    downloadWindow: duration({ orZero: false }, "downloadWindow: '24h'").optional(),
    cooldown: duration({ orZero: true }, "cooldown: '24h'").optional(),
    retries: wholeNumber(0, 'retries: 5').optional(),
    rowsPerPart: wholeNumber(1, 'rowsPerPart: 100_000').optional(),
  },
  "policy: { cooldown: '24h' }",
);

const source = z.discriminatedUnion(
  'type',
  [
    object(
      {
        type: z.literal('postgres'),
        url: z
          .string('expected a postgres:// address; it is not set, e.g. url: process.env.SOURCE_DATABASE_URL')
          .regex(/^postgres(ql)?:\/\//, 'expected an address that begins with postgres://'),
        maxConnections: wholeNumber(1, 'maxConnections: 3').optional(),
        statementTimeoutSeconds: wholeNumber(1, 'statementTimeoutSeconds: 900').optional(),
        maxSnapshotSeconds: wholeNumber(1, 'maxSnapshotSeconds: 14_400').optional(),
      },
      "{ type: 'postgres', url: process.env.SOURCE_DATABASE_URL }",
    ),
    object(
      { type: z.literal('pglite'), folder: text('the folder of the database', "folder: './database'") },
      "{ type: 'pglite', folder: './database' }",
    ),
  ],
  {
    error: "expected 'postgres' or 'pglite', e.g. { type: 'postgres', url: process.env.SOURCE_DATABASE_URL }",
  },
);

const exportKind = object(
  {
    door: z.enum(['account', 'server'], "expected 'account' or 'server', e.g. door: 'account'").optional(),
    source: text('a name of sources', "source: 'main'").optional(),
    subject: object(
      { table, column: text('the column that identifies the subject', "column: 'id'") },
      "subject: { table: 'account', column: 'id' }",
    ),
    categories: named(category, "categories: { calls: { from: 'calls', … } }"),
    leftOut: leftOut.optional(),
    policy: policy.optional(),
  },
  "{ subject: { table: 'account', column: 'id' }, categories: { … } }",
);

/**
 * The shape of a config. Each field says what it expects and shows a right value; what needs two fields to be seen
 * (an unknown source, a column twice) is found when the config is resolved.
 */
export const configSchema: z.ZodType<Config> = object(
  {
    product: object(
      {
        name: text('the name your customers know', "name: 'Hallomoor'"),
        logo: text('the path of an SVG, PNG or WebP file', "logo: './logo.svg'").optional(),
        accentColor: z
          .string("expected a hex colour, e.g. accentColor: '#0b7285'")
          .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, "expected a hex colour, e.g. accentColor: '#0b7285'")
          .optional(),
        language: text('a language tag', "language: 'en'").optional(),
        support: text('where a person finds help', "support: 'help@example.com'")
          .regex(/^([^\s@:/]+@[^\s@]+|https:\/\/\S+)$/, {
            error: "expected an e-mail address or an https address, e.g. support: 'help@example.com'",
          })
          .optional(),
      },
      "product: { name: 'Hallomoor' }",
    ),
    version: text('your own label of this config', "version: '2026-11-26'").optional(),
    sources: named(source, "sources: { main: { type: 'postgres', url: process.env.SOURCE_DATABASE_URL } }"),
    exports: named(exportKind, 'exports: { account: { subject: …, categories: … } }', {
      ...plainNames,
      mayBeEmpty: true,
    }).optional(),
    chat: chatSchema.optional(),
  },
  'export default defineConfig({ product: …, sources: …, exports: … })',
);
