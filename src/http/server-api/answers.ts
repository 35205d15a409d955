import { z } from 'zod';
import type { Family } from './operations.ts';
import { type RefusalName, refusals } from './refusals.ts';

/** What the server API answers, for the OpenAPI document; the answers themselves are written by `envelope.ts`. */

const duration = z
  .string()
  .describe('How long the call took.')
  .meta({ examples: ['0.31ms'] });

export const TaskStarted = z.object({ task_id: z.uuid(), duration }).meta({
  id: 'TaskStarted',
  examples: [{ task_id: '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c', duration: '18.82ms' }],
});

/** By the family of paths: how an instant is written. */
const instants = {
  v1: z.iso.datetime().describe('RFC 3339, UTC.'),
  v2: z.unknown().meta({ type: 'integer', format: 'int64', description: 'Unix nanoseconds: 19 digits.' }),
} satisfies Record<Family['name'], z.ZodType>;

const count = z.int().min(0);

function task(family: Family['name']) {
  return z.object({
    task_id: z.uuid(),
    status: z.enum(['waiting', 'pending', 'running', 'completed', 'failed']),
    created_at: instants[family],
    updated_at: instants[family],
    duration,
    result: z
      .object({
        url: z
          .url()
          .describe('Opens with a plain GET, for a day. Whoever has it has the file: do not log it.'),
        path: z.string().describe('Stays the same.'),
        s3_bucket_name: z.string(),
        truncated: z
          .array(z.object({ user_id: z.string(), messages_total: count, messages_exported: count }))
          .optional()
          .describe('Users of whom only the newest messages are in the file.'),
        gaps: z
          .array(
            z.object({
              section: z.string(),
              rows_in_scope: count,
              rows_left_out: count,
              rows_exported: count,
              rows_failed: z.int(),
            }),
          )
          .optional()
          .describe('Sections, as the manifest names them, that have not as many rows as were counted.'),
      })
      .optional()
      .describe('Once it is completed.'),
    error: z.object({ type: z.string(), description: z.string() }).optional().describe('Once it has failed.'),
  });
}

export const Task: Record<Family['name'], z.ZodType> = {
  v1: task('v1').meta({ id: 'TaskV1', examples: [exampleTask('2026-02-28T11:55:10.000Z')] }),
  v2: task('v2').meta({ id: 'TaskV2', examples: [exampleTask(1772279710000000000)] }),
};

function exampleTask(instant: string | number) {
  const path = 'exports/channels/4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c/channels.json';
  return {
    task_id: '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c',
    status: 'completed',
    created_at: instant,
    updated_at: instant,
    result: {
      url: `https://export.example.com/${path}?expires=1772366110&signature=q3f8Zb0yXwL5nVt2sKc1dRjHmUeA6GpQ9iO7TzYxB_4`,
      path,
      s3_bucket_name: 'handover',
    },
    duration: '1.20ms',
  };
}

function userExport(family: Family['name']) {
  const person = z.looseObject({ id: z.string(), created_at: instants[family].nullable() });
  return z.object({
    user: person,
    messages: z.array(
      z.looseObject({ id: z.string(), cid: z.string(), text: z.string(), created_at: instants[family] }),
    ),
    reactions: z.array(z.looseObject({ message_id: z.string(), user_id: z.string(), type: z.string() })),
    duration,
  });
}

export const UserExport: Record<Family['name'], z.ZodType> = {
  v1: userExport('v1').meta({ id: 'UserExportV1', description: 'Custom fields stand beside the others.' }),
  v2: userExport('v2').meta({ id: 'UserExportV2', description: 'Custom fields stand in `custom`.' }),
};

export const ApiErrorSchema = z
  .object({
    code: z.int(),
    message: z.string(),
    StatusCode: z.int(),
    duration,
    more_info: z.url(),
    details: z.array(z.int()),
    exception_fields: z
      .record(z.string(), z.string())
      .optional()
      .describe('By field: what is wrong with it.'),
  })
  .meta({
    id: 'ServerApiError',
    examples: [
      {
        code: 4,
        message: 'ExportChannels failed with error: "channels must contain at maximum 25 items"',
        StatusCode: 400,
        duration: '0.42ms',
        more_info: 'https://export.example.com/docs/errors#server-api-4',
        details: [],
        exception_fields: { channels: 'must contain at maximum 25 items' },
      },
    ],
  });

/** The `response` of a route for everything it may refuse: one entry a status, which names each code and its words. */
export function refusalAnswers(names: RefusalName[]) {
  const byStatus = Map.groupBy(names, (name) => refusals[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((name) => `${refusals[name].code}: ${refusals[name].text}`).join('\n\n'),
        content: { 'application/json': { schema: ApiErrorSchema } },
      },
    ]),
  );
}
