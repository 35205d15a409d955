import { z } from 'zod';
import { languages } from '../../language/language.ts';
import { manifestStates, statuses } from '../../lifecycle/data-export.ts';

/**
 * What the account door takes and gives, as JSON. These schemas check each request and each answer, and the
 * OpenAPI document is made from them. An answer holds what is named here and nothing else.
 */

/** A `Date` here, RFC 3339 in UTC on the wire. */
const instant = z.date();
const count = z.int().min(0);

export const Person = z
  .object({
    id: z.string().describe("The user's id in the product."),
    email: z.string().describe('Where mails go.'),
    name: z.string().nullable(),
  })
  .meta({ id: 'Person', description: 'Who asked, as the product named them.' });

const Gap = z
  .object({
    category: z.string(),
    rowsInScope: count.describe('Counted under the snapshot, apart from the read.'),
    rowsLeftOut: count.describe('Of those, kept back by a rule of the config.'),
    rowsExported: count.describe('In the file.'),
    rowsFailed: z.int().describe('What is missing; negative when the file has more rows than were counted.'),
  })
  .meta({ id: 'Gap', description: 'A category that does not balance.' });

export const Export = z
  .object({
    id: z.uuid(),
    kind: z.string().describe('A kind of export, as the config names it.'),
    accountId: z.string(),
    status: z.enum(statuses),
    requestedAt: instant,
    confirmBy: instant.nullable().describe('Until when it can be confirmed.'),
    confirmedAt: instant.nullable(),
    startedAt: instant.nullable(),
    completedAt: instant.nullable(),
    expiresAt: instant
      .nullable()
      .describe(
        'When its download window ends. A file that is deleted before that is gone from `endedAt` on.',
      ),
    endedAt: instant.nullable().describe('When it became expired, failed or cancelled.'),
    requestedBy: Person,
    progress: z.object({
      rowsDone: count,
      rowsEstimated: count
        .nullable()
        .describe('Null until it has been counted. An estimate: rowsDone may pass it.'),
      bytes: count.describe('Bytes of the file that are written.'),
    }),
    failure: z
      .object({ code: z.string(), message: z.string().describe('Words for the person who asked.') })
      .nullable(),
    categories: z.array(z.object({ name: z.string(), rows: count, bytes: count })),
    file: z
      .object({ name: z.string(), bytes: count })
      .nullable()
      .describe('Only while it can be downloaded.'),
    mail: z
      .object({
        state: z.enum(['none', 'queued', 'sent', 'failing']),
        kind: z.enum(['confirmation', 'ready', 'failed']).nullable(),
        lastError: z.string().nullable(),
        resendAvailableAt: instant
          .nullable()
          .describe('When another confirmation mail may be asked for; null when none may.'),
      })
      .describe('The newest mail of this export.'),
    downloads: count.describe('How often the file was handed out.'),
    gaps: z.array(Gap).describe('Categories whose counts do not balance: the export is completed with gaps.'),
    manifest: z
      .enum(manifestStates)
      .describe(
        '`pending` while it is being made; `damaged` when the stored file was found to be another than the one that was written; `none` where there is none to come.',
      ),
  })
  .meta({
    id: 'Export',
    description: 'One export of one account.',
    examples: [
      {
        id: '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c',
        kind: 'account',
        accountId: 'acct_17',
        status: 'completed',
        requestedAt: '2026-02-28T11:55:10.000Z',
        confirmBy: '2026-03-01T11:55:10.000Z',
        confirmedAt: '2026-02-28T11:58:02.000Z',
        startedAt: '2026-02-28T11:58:02.300Z',
        completedAt: '2026-02-28T11:58:09.000Z',
        expiresAt: '2026-03-01T11:58:09.000Z',
        endedAt: null,
        requestedBy: { id: 'user_3', email: 'owner@example.com', name: null },
        progress: { rowsDone: 26291, rowsEstimated: 26300, bytes: 18340211 },
        failure: null,
        categories: [{ name: 'calls', rows: 26291, bytes: 18340011 }],
        file: { name: 'export-acct_17-2026-02-28.json', bytes: 18340211 },
        mail: { state: 'sent', kind: 'ready', lastError: null, resendAvailableAt: null },
        downloads: 0,
        gaps: [],
        manifest: 'ready',
      },
    ],
  });

export const ExportList = z
  .object({
    exports: z.array(Export).describe('Newest first, at most 50.'),
    request: z
      .object({
        allowed: z.boolean(),
        code: z.enum(['export_active', 'export_cooldown']).nullable(),
        availableAt: instant.nullable(),
      })
      .describe('Whether a new export can be requested now, and if not, why and when.'),
    workers: z.object({ alive: count, lastSeenAt: instant.nullable() }).describe('Who does the work.'),
    now: instant.describe('The clock of the service, against which every deadline is measured.'),
  })
  .meta({ id: 'ExportList' });

const LeftOut = z
  .object({
    what: z.string().describe('A column, a path inside one, or a table.'),
    reason: z.enum(['secret', 'internal', 'third-party', 'derived']),
    note: z.string().nullable(),
  })
  .meta({ id: 'LeftOut', description: 'What stays, and why.' });

export const Portal = z
  .object({
    product: z.object({ name: z.string(), logo: z.boolean(), support: z.string().nullable() }),
    language: z.enum(languages),
    languages: z.array(z.enum(languages)),
    kind: z.string().describe('The kind of export that this page is for, as the config names it.'),
    account: z.object({ id: z.string() }),
    user: Person,
    returnUrl: z.string().nullable(),
    policy: z.object({
      confirmByEmail: z.boolean(),
      confirmationWindowSeconds: count,
      downloadWindowSeconds: count,
      cooldownSeconds: count,
    }),
    categories: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        fields: z.array(z.string()),
        leftOut: z.array(LeftOut),
        rowsLeftOut: z.string().nullable(),
      }),
    ),
    leftOut: z.array(LeftOut),
  })
  .meta({ id: 'Portal', description: 'All that the Data Export page shows and that is not an export.' });

export const Link = z.object({ url: z.url(), expiresAt: instant }).meta({
  id: 'Link',
  description: 'An address that works until it expires. Whoever has it can use it: do not log it.',
  examples: [
    {
      url: 'https://export.example.com/portal/q3f8Zb0yXwL5nVt2sKc1dRjHmUeA6GpQ9iO7TzYxB_4',
      expiresAt: '2026-02-28T12:05:00.000Z',
    },
  ],
});

/** Text that a database takes: no NUL and other control characters, no half of a surrogate pair. */
const plainText = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'it has characters that are no text');

const userFields = {
  id: plainText(200).min(1).describe("The user's id in the product."),
  email: z.email().max(320).describe('Where the confirmation and the download link are sent.'),
  name: plainText(200).nullish(),
};
const language = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/)
  .nullish()
  .describe('A language tag such as `de`, for the page and the mails.');
const kind = z
  .string()
  .min(1)
  .max(100)
  .describe('A kind of export; may be left out when the config has one.');
const accountId = plainText(500).min(1);

export const NewPortalSession = z
  .strictObject({
    accountId: accountId.describe("The account's id in the product."),
    user: z.strictObject(userFields),
    returnUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .nullish()
      .describe('Where "back" on the page leads.'),
    language,
    kind: kind.nullish(),
  })
  .meta({
    id: 'NewPortalSession',
    examples: [
      {
        accountId: 'acct_17',
        user: { id: 'user_3', email: 'owner@example.com', name: 'The owner' },
        returnUrl: 'https://app.example.com/settings',
      },
    ],
  });

/** A signed-in browser needs no body: who asks is known from its session. */
export const NewExport = z
  .strictObject({ user: z.strictObject({ ...userFields, language }).optional() })
  .nullish()
  .meta({
    id: 'NewExport',
    description: 'A server names the user that asks; a signed-in browser sends nothing.',
    examples: [{ user: { id: 'user_3', email: 'owner@example.com' } }],
  });

/** Whose exports are meant. A server has to say it; a signed-in browser may only name its own. */
export const Subject = z.object({
  accountId: accountId.optional().describe('With an API key: the account that is meant. Needed then.'),
  kind: kind.optional(),
});

export const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        alg: z.literal('Ed25519'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'KeySet', description: 'A JSON Web Key Set (RFC 7517).' });

export const ExportId = z.object({ id: z.string().describe('Id of an export.') });
