import { z } from 'zod';
import { exclusionReasons, fieldClasses } from '../config/define.ts';

// What an archive says of itself. `schemas/manifest.json` is made from this; docs/manifest.md explains it.

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();
/** What a manifest says is printed on terminals, so no name of it has anything in it that a terminal obeys. */
const sectionName = z.string().regex(/^[\w/-]+$/);
const base64url = (length: number) => z.string().regex(new RegExp(`^[\\w-]{${length}}$`));

const Field = z.object({
  key: z.string().describe('The key in each row.'),
  column: z.string().describe('The column of the source that it is read from.'),
  class: z.enum(fieldClasses).describe('How the product came by it, as the config says.'),
});

const Exclusion = z.object({
  what: z.string().describe('A column, a path inside one, or a table.'),
  reason: z.enum(exclusionReasons),
  note: z.string().nullable(),
});

const Rule = z.object({
  name: z.string().describe('Where it stands: a path in the config, or the limit of a request.'),
  words: z.string().nullable().describe('Why, as the page says it.'),
});

const Entity = z.object({ name: z.string(), fields: z.array(Field), excluded: z.array(Exclusion) });

const balance = {
  rowsInScope: count
    .nullable()
    .describe('Counted under the snapshot, apart from the read; null: not counted.'),
  rowsLeftOut: count.nullable().describe('Of those, kept back by `rule`.'),
  rowsFailed: z
    .int()
    .nullable()
    .describe('rowsInScope - rowsLeftOut - rows. Not 0 is a gap; negative: more rows than were counted.'),
};

const Category = z.object({
  name: sectionName,
  rows: count.describe('In the file.'),
  bytes: count.describe('From the first byte of its first row to the last byte of its last.'),
  sha256: sha256.describe('Of those bytes.'),
  offset: count.nullable().describe('Where they begin in the file; null for a category without rows.'),
  ...balance,
  rule: Rule.nullable().describe('What keeps rows back; null: nothing does.'),
  entity: z.string().nullable().describe('At the server door: which of `entities` its rows are.'),
  fields: z.array(Field).describe('In the order of the keys. At the server door: see `entities`.'),
  excluded: z.array(Exclusion),
});

const Gap = z.object({
  category: sectionName,
  rowsInScope: count,
  rowsLeftOut: count,
  rowsExported: count,
  rowsFailed: z.int(),
});

const Signature = z.object({
  algorithm: z.literal('Ed25519'),
  canonicalization: z
    .literal('RFC 8785')
    .describe('What is signed: the manifest without this member, as canonical JSON in UTF-8.'),
  keyId: base64url(43).describe('SHA-256 thumbprint of the key (RFC 7638), base64url.'),
  publicKey: base64url(43).describe(
    '32 bytes, base64url. Compare it with the key that the installation publishes.',
  ),
  value: base64url(86).describe('64 bytes, base64url.'),
});

export const Manifest = z
  .object({
    manifestVersion: z.literal('1.0'),
    generator: z.object({ name: z.literal('handover'), version: z.string() }),
    export: z.object({
      id: z.string(),
      kind: z.string(),
      door: z.enum(['account', 'server', 'command line']),
      subject: z.string().describe('Whose data.'),
      requestedAt: instant,
      completedAt: instant,
    }),
    snapshotAt: z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      .describe('The instant that all rows are of; RFC 3339 with microseconds.'),
    config: z.object({
      version: z.string().nullable().describe('As its author numbers it.'),
      hash: sha256.describe('Of the rules, every default filled in.'),
    }),
    file: z.object({ name: z.string(), contentType: z.string(), bytes: count, sha256 }),
    complete: z.boolean().describe('Every row in scope is in the file, or a rule left it out.'),
    gaps: z.array(Gap).describe('Where that is not so.'),
    cuts: z
      .array(z.object({ userId: z.string(), messagesTotal: count, messagesExported: count }))
      .describe('Limits that cut something.'),
    categories: z.array(Category).describe('In the order of the file.'),
    entities: z.array(Entity).describe('At the server door: what the rows of its sections are.'),
    leftOut: z.array(Exclusion).describe('Whole tables that stay.'),
    signature: Signature.nullable().describe('Null: made where there was no installation key.'),
  })
  .meta({ id: 'Manifest', title: 'Manifest of an archive of Handover' });

export type Manifest = z.infer<typeof Manifest>;
export type UnsignedManifest = Omit<Manifest, 'signature'>;
export type ManifestCategory = z.infer<typeof Category>;
export type ManifestField = z.infer<typeof Field>;
export type ManifestExclusion = z.infer<typeof Exclusion>;
export type ManifestRule = z.infer<typeof Rule>;
export type ManifestEntity = z.infer<typeof Entity>;

/** As it is stored and handed out. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What `schemas/manifest.json` holds. Members that a later version adds are allowed. */
export function manifestSchema(): object {
  return z.toJSONSchema(Manifest, { io: 'input', target: 'draft-2020-12' });
}
