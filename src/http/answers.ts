import { z } from 'zod';
import { type ProblemCode, problems, wordsOf } from './problem.ts';

/** How a refusal or fault looks on the wire, for the OpenAPI document. */
export const ProblemSchema = z
  .looseObject({
    type: z.url().describe('Where this code is explained.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened and the way out, for a person.'),
    code: z.string().describe('Stable: what a program goes by.'),
    instance: z
      .string()
      .describe('The number of this request, also in the header X-Request-Id and in our log.'),
    availableAt: z.iso.datetime().optional().describe('When asking again makes sense.'),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string(), message: z.string() }))
      .optional()
      .describe('With `invalid_request`: every field that is wrong.'),
  })
  .meta({
    id: 'Problem',
    description: 'Problem details (RFC 9457).',
    examples: [
      {
        type: 'https://export.example.com/docs/errors#export_cooldown',
        title: problems.export_cooldown.title,
        status: 429,
        detail: wordsOf('export_cooldown'),
        code: 'export_cooldown',
        instance: 'urn:uuid:0c7c9b3e-7c1d-4d4e-9b57-5f3f0c8f0b1a',
        availableAt: '2026-03-01T11:58:09.000Z',
      },
    ],
  });

/** Who may make a call, for the OpenAPI document. */
export const security: Record<
  'anyCaller' | 'serverOnly' | 'sessionOnly' | 'anybody',
  Record<string, string[]>[]
> = {
  anyCaller: [{ session: [] }, { serverKey: [] }],
  serverOnly: [{ serverKey: [] }],
  sessionOnly: [{ session: [] }],
  anybody: [],
};

interface Content {
  description: string;
  content: Record<string, { schema: z.ZodType }>;
}

/** The `response` of a route: one good answer (JSON of a schema), and a problem for every code it may refuse with. */
export function answers<Status extends number, Schema extends z.ZodType>(
  good: { status: Status; description: string; schema: Schema; contentType?: string },
  codes: ProblemCode[],
) {
  const content = { [good.contentType ?? 'application/json']: { schema: good.schema } };
  return { ...problemAnswers(codes), [good.status]: { description: good.description, content } } as Record<
    Status,
    { description: string; content: Record<'application/json', { schema: Schema }> }
  >;
}

/** A problem document for each status of these codes; any call may end in a fault or a full limit. */
export function problemAnswers(codes: ProblemCode[]): Record<number, Content> {
  const result: Record<number, Content> = {};
  for (const [status, group] of byStatus(codes)) {
    result[status] = {
      description: group.map((code) => `\`${code}\`: ${wordsOf(code)}`).join('\n\n'),
      content: { 'application/problem+json': { schema: ProblemSchema } },
    };
  }
  return result;
}

function byStatus(codes: ProblemCode[]): Map<number, ProblemCode[]> {
  return Map.groupBy(
    [...new Set<ProblemCode>([...codes, 'internal_error'])],
    (code) => problems[code].status,
  );
}
