type Json = Record<string, unknown>;
type Schemas = Record<string, Json>;

interface Operation {
  requestBody?: { required?: boolean; content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, unknown>; headers?: Json }>;
}

/**
 * Finishes the generated document: drops schemas that nothing points at and gives the others their plain names, says
 * which bodies may be left out, and which headers come with which refusals.
 */
export function tidyDocument<Document extends object>(generated: Document): Document {
  const document = plainNames(dropUnused(generated));
  const schemas = schemasOf(document);
  const { paths } = document as { paths?: Record<string, Record<string, Operation>> };
  for (const operation of Object.values(paths ?? {}).flatMap(Object.values<Operation>)) {
    tidyOperation(operation, schemas);
  }
  return document;
}

function tidyOperation({ requestBody, responses }: Operation, schemas: Schemas): void {
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    // The generator calls every body required; one that may be null may be left out.
    if (requestBody && allowsNull(schema, schemas)) requestBody.required = false;
  }
  for (const [status, response] of Object.entries(responses)) {
    const isProblem = response.content !== undefined && 'application/problem+json' in response.content;
    const headers = (isProblem ? problemHeaders : serverApiHeaders)[status];
    if (headers) response.headers = { ...response.headers, ...headers };
  }
}

const problemHeaders: Record<string, Json> = {
  401: { 'WWW-Authenticate': { description: 'Basic, if that was tried.', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } } },
};

const serverApiHeaders: Record<string, Json> = {
  429: {
    ...problemHeaders[429],
    'x-ratelimit-limit': { description: 'Calls a minute.', schema: { type: 'integer' } },
    'x-ratelimit-remaining': { description: 'Calls that are left.', schema: { type: 'integer' } },
    'x-ratelimit-reset': {
      description: 'When the next minute begins, unix seconds.',
      schema: { type: 'integer' },
    },
  },
};

const POINTER = '#/components/schemas/';

function allowsNull(schema: Json, schemas: Schemas): boolean {
  const name = typeof schema.$ref === 'string' ? schema.$ref.slice(POINTER.length) : null;
  const { type, anyOf } = (name === null ? schema : schemas[name]) ?? {};
  return type === 'null' || (Array.isArray(anyOf) && anyOf.some((branch: Json) => branch.type === 'null'));
}

/** A schema is generated for reading and once more for writing, whether both are used or not. */
function dropUnused<Document extends object>(generated: Document): Document {
  const document = structuredClone(generated);
  const schemas = schemasOf(document);
  for (;;) {
    const text = JSON.stringify(document);
    const unused = Object.keys(schemas).filter((name) => !text.includes(`"${POINTER}${name}"`));
    if (unused.length === 0) return document;
    for (const name of unused) delete schemas[name];
  }
}

/** What is only written is generated as `NewExportInput`. */
function plainNames<Document extends object>(document: Document): Document {
  const schemas = schemasOf(document);
  let text = JSON.stringify(document);
  for (const name of Object.keys(schemas)) {
    const plain = name.replace(/Input$/, '');
    if (plain in schemas) continue;
    text = text
      .replaceAll(`"${POINTER}${name}"`, `"${POINTER}${plain}"`)
      .replaceAll(`"${name}":`, `"${plain}":`);
  }
  return JSON.parse(text);
}

function schemasOf(document: object): Schemas {
  return (document as { components?: { schemas?: Schemas } }).components?.schemas ?? {};
}
