import { z } from 'zod';
import { refuseFields } from './refusals.ts';

/**
 * What the server API is asked, as JSON. Bodies are checked against these schemas (`chat-request.ts` has the rules
 * that no schema can say), and the OpenAPI document is made from them. Every field that may be left out may be null
 * as well, and fields that are not named here pass unseen: so the SDKs of some languages write their requests.
 */

/** Text that a database takes: no NUL and other control characters, no half of a surrogate pair. */
const text = z
  .string()
  .max(500)
  .refine(
    (value) => value.isWellFormed() && !/\p{Cc}/u.test(value),
    'must be text without control characters',
  );
const flag = (what: string) => z.boolean().nullish().describe(`${what} Default false.`);
const bound = (what: string) =>
  z
    .union([z.string(), z.number(), z.bigint()], 'must be RFC 3339 or unix nanoseconds')
    .nullish()
    .meta({
      description: `${what} RFC 3339 with an offset and up to nine digits of a second, or unix nanoseconds.`,
      anyOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }, { type: 'null' }],
    });

const ChannelItem = z.object({
  type: text.nullish(),
  id: text.nullish(),
  cid: text.nullish().describe('`type:id`, in place of both or beside them.'),
  messages_since: bound('The first instant whose messages are exported.'),
  messages_until: bound('The last instant whose messages are exported.'),
});
export type ChannelItem = z.infer<typeof ChannelItem>;

export const ExportChannelsBody = z
  .object({
    channels: z.array(ChannelItem).min(1).describe('At most 25, unless the policy says otherwise.'),
    version: z
      .enum(['v1', 'v2', ''])
      .nullish()
      .describe('`v1` (default): one JSON array. `v2`: one JSON object a line.'),
    format: z
      .enum(['json', 'csv', ''])
      .nullish()
      .describe('`json` (default), or `csv` with `version` `v2` and without `export_users`.'),
    include_truncated_messages: flag('Messages that were truncated, too.'),
    include_soft_deleted_channels: flag('Channels that were deleted softly may be named, too.'),
    clear_deleted_message_text: flag('Deleted messages stay, without their text.'),
    export_users: flag('With `v2`: a line for each user who is a member, wrote or reacted.'),
    include_fields: z.array(text).nullish().describe('With `csv`: which columns, in which order.'),
  })
  .meta({
    id: 'ExportChannelsRequest',
    examples: [
      {
        channels: [
          {
            type: 'livestream',
            id: 'white-room',
            messages_since: '2020-11-10T09:30:00Z',
            messages_until: '2020-11-10T11:30:00Z',
          },
        ],
        include_truncated_messages: true,
      },
      { channels: [{ cid: 'livestream:white-room' }], version: 'v2' },
    ],
  });
export type ExportChannelsBody = z.infer<typeof ExportChannelsBody>;

export const ExportUsersBody = z
  .object({ user_ids: z.array(text.min(1)).min(1).describe('At most 25, unless the policy says otherwise.') })
  .meta({ id: 'ExportUsersRequest', examples: [{ user_ids: ['alice', 'bob'] }] });

export const TaskId = z.object({ id: z.string().describe('`task_id` of the answer that started it.') });
export const UserId = z.object({ user_id: z.string() });

/** A body, as far as a schema can check it. Throws a refusal that names every field that is wrong. */
export function checkBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refuseFields({ 'the request body': 'must be a JSON object' });
  }
  const checked = schema.safeParse(body, { reportInput: true });
  if (checked.success) return checked.data;
  throw refuseFields(
    Object.fromEntries(checked.error.issues.map((issue) => [fieldName(issue.path), rule(issue)])),
  );
}

/** `channels[0].messages_since` */
function fieldName(path: PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`,
    )
    .join('');
}

/** What is wrong, to stand after the field's name: `must contain at least 1 item`. */
function rule(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is a required field'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.filter((value) => value !== '').join(', ')}`;
    case 'too_small':
      return issue.origin === 'array'
        ? `must contain at least ${count(Number(issue.minimum), 'item')}`
        : `must be at least ${count(Number(issue.minimum), 'character')} in length`;
    case 'too_big':
      return `must be at most ${count(Number(issue.maximum), 'character')} in length`;
    default:
      return issue.message;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const typeNames: Record<string, string> = {
  string: 'a string',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
};
