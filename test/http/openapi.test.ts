import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { problems } from '../../src/http/problem.ts';
import { basic, call, completeExport, type Service, signIn, startService } from './service.ts';

// The validator that fastify brings along.
const require = createRequire(createRequire(import.meta.url).resolve('fastify'));
const Ajv = require('ajv/dist/2020.js').default;
const addFormats = require('ajv-formats').default;

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: object }>; headers?: object }
  >;
}

let service: Service;
// biome-ignore lint/suspicious/noExplicitAny: a parsed document
let document: any;
let operations: { path: string; method: string; operation: Operation }[];

before(async () => {
  service = await startService({ worker: true });
  document = (await call(service, 'GET', '/openapi.json')).body;
  operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
});
after(() => service.stop());

/** A validator of one schema of the document. */
function validatorOf(schema: object) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile({ ...schema, components: document.components });
}

test('every call of the account door is described, and nothing that is not for others', () => {
  const described = operations
    .filter(({ method }) => method !== 'head')
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .sort();
  assert.deepEqual(described, [
    'DELETE /v1/exports/{id}/archive',
    'GET /.well-known/handover-keys.json',
    'GET /download/{token}',
    'GET /healthz',
    'GET /portal/{token}',
    'GET /readyz',
    'GET /v1/exports',
    'GET /v1/exports/{id}',
    'GET /v1/exports/{id}/archive',
    'GET /v1/exports/{id}/events',
    'GET /v1/exports/{id}/manifest',
    'GET /v1/portal',
    'POST /v1/exports',
    'POST /v1/exports/{id}/cancel',
    'POST /v1/exports/{id}/download-link',
    'POST /v1/exports/{id}/resend',
    'POST /v1/exports/{id}/retry',
    'POST /v1/portal-sessions',
    'POST /v1/sign-out',
  ]);
});

test('it is an OpenAPI 3.1 document that says where, by whom and how it is called', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.ok(document.info.title && document.info.version && document.info.license);
  assert.deepEqual(document.servers, [{ url: service.parts.publicUrl }]);
  assert.deepEqual(Object.keys(document.components.securitySchemes).sort(), ['serverKey', 'session']);
  const tags = new Set(document.tags.map(({ name }: { name: string }) => name));
  const schemes = new Set(Object.keys(document.components.securitySchemes));
  const ids = new Set<string>();
  for (const { path, method, operation } of operations) {
    const name = `${method} ${path}`;
    assert.ok(operation.operationId, name);
    assert.ok(operation.summary, name);
    assert.ok(
      operation.tags?.every((tag) => tags.has(tag)),
      name,
    );
    assert.ok(Array.isArray(operation.security), name);
    for (const scheme of operation.security.flatMap(Object.keys)) assert.ok(schemes.has(scheme), name);
    ids.add(`${method === 'head' ? 'head ' : ''}${operation.operationId}`);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const declared = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
    assert.deepEqual(
      declared.map((parameter) => parameter.name),
      inPath,
      name,
    );
    assert.ok(
      declared.every(({ required }) => required),
      name,
    );
  }
  assert.equal(ids.size, operations.length);
});

test('every answer has a description, and every refusal a problem', () => {
  for (const { path, method, operation } of operations) {
    const statuses = Object.keys(operation.responses);
    assert.ok(
      statuses.some((status) => Number(status) < 400),
      `${method} ${path}`,
    );
    const isOperation = operation.tags?.includes('operation');
    if (!isOperation) assert.ok(statuses.includes('500'), `${method} ${path}`);
    if ((operation.security?.length ?? 0) > 0) assert.ok(statuses.includes('401'), `${method} ${path}`);
    for (const [status, response] of Object.entries(operation.responses)) {
      assert.ok(response.description.length > 3, `${status} of ${method} ${path}`);
      assert.notEqual(response.description, 'Default Response', `${status} of ${method} ${path}`);
      if (Number(status) < 400 || isOperation) continue;
      assert.deepEqual(response.content?.['application/problem+json']?.schema, {
        $ref: '#/components/schemas/Problem',
      });
      const codes = [...response.description.matchAll(/^`(\w+)`:/gm)].map(([, code = '']) => code);
      assert.ok(codes.length > 0);
      for (const code of codes) assert.equal(String(problems[code as keyof typeof problems].status), status);
      if (status === '429') assert.ok(JSON.stringify(response.headers).includes('Retry-After'));
    }
  }
});

test('every schema compiles, every pointer points at something, every schema is pointed at', () => {
  for (const [name, schema] of Object.entries(document.components.schemas as Record<string, object>)) {
    assert.doesNotThrow(() => validatorOf(schema), name);
  }
  const text = JSON.stringify(document);
  const targets = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
  assert.deepEqual([...targets].sort(), Object.keys(document.components.schemas).sort());
  for (const { operation } of operations) {
    for (const { schema } of operation.parameters ?? []) assert.doesNotThrow(() => validatorOf(schema));
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
      assert.doesNotThrow(() => validatorOf(schema));
    }
  }
});

test('every example is what its schema asks for', () => {
  let examples = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const {
      examples: given,
      example,
      schema,
    } = node as { examples?: unknown; example?: unknown; schema?: object };
    for (const value of Array.isArray(given) ? given : []) {
      const validate = validatorOf(node);
      assert.ok(validate(value), `${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
      examples++;
    }
    if (example !== undefined && schema) {
      const validate = validatorOf(schema);
      assert.ok(validate(example), JSON.stringify(validate.errors));
      examples++;
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(document.components.schemas);
  visit(document.paths);
  assert.ok(examples >= 5, `${examples} examples`);
});

test('a body that may be left out is described so', () => {
  const bodyOf = (id: string) =>
    operations.find(({ operation }) => operation.operationId === id)?.operation.requestBody;
  assert.equal(bodyOf('requestExport')?.required, false);
  assert.equal(bodyOf('openPortalSession')?.required, true);
});

test('what is really answered is what the document says', async () => {
  const { id } = await completeExport(service);
  const browser = await signIn(service);
  const calls: [string, string, string, Record<string, string>, unknown?][] = [
    ['get', '/v1/exports', '/v1/exports', browser],
    ['get', '/v1/exports/{id}', `/v1/exports/${id}`, browser],
    ['get', '/v1/portal', '/v1/portal', browser],
    ['post', '/v1/exports', '/v1/exports', browser, {}],
    ['post', '/v1/exports/{id}/download-link', `/v1/exports/${id}/download-link`, browser, {}],
    ['post', '/v1/exports/{id}/cancel', `/v1/exports/${id}/cancel`, browser, {}],
    ['get', '/v1/exports', '/v1/exports', {}],
    ['post', '/v1/portal-sessions', '/v1/portal-sessions', basic(), { accountId: 1 }],
    ['delete', '/v1/exports/{id}/archive', `/v1/exports/${id}/archive`, browser],
    ['get', '/readyz', '/readyz', {}],
  ];
  for (const [method, path, url, headers, body] of calls) {
    const answer = await call(service, method.toUpperCase(), url, headers, body);
    const response = document.paths[path][method].responses[answer.status];
    assert.ok(response, `${answer.status} of ${method} ${path}`);
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const validate = validatorOf(response.content[type].schema);
    assert.ok(validate(answer.body), `${method} ${path}: ${JSON.stringify(validate.errors)}`);
  }
});

test('every code is explained at the address that its answers point to', async () => {
  const { body: page } = await call(service, 'GET', '/docs/errors');
  for (const code of Object.keys(problems)) assert.ok(page.includes(`id="${code}"`), code);
});
