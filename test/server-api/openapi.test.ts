import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { refusals } from '../../src/http/server-api/refusals.ts';
import { ask, type ChatService, finish, type RawAnswer, startChatService } from './chat-service.ts';

// The validator that fastify brings along.
const require = createRequire(createRequire(import.meta.url).resolve('fastify'));
const Ajv = require('ajv/dist/2020.js').default;
const addFormats = require('ajv-formats').default;

let service: ChatService;
// biome-ignore lint/suspicious/noExplicitAny: a parsed document
let document: any;
before(async () => {
  service = await startChatService({ worker: true });
  document = await (await fetch(`${service.url}/openapi.json`)).json();
});
after(() => service.stop());

function validatorOf(schema: object) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile({ ...schema, components: document.components });
}

const paths: [string, string, string][] = [
  ['post', '/export_channels', '/api/v2/chat/export_channels'],
  ['post', '/export/users', '/api/v2/export/users'],
  ['get', '/tasks/{id}', '/api/v2/tasks/{id}'],
  ['get', '/export_channels/{id}', '/api/v2/chat/export_channels/{id}'],
  ['get', '/users/{user_id}/export', '/api/v2/users/{user_id}/export'],
];

test('every call of the server API is described, in both families, and the file', () => {
  const described = Object.entries(
    document.paths as Record<string, Record<string, { tags: string[] }>>,
  ).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { tags }]) => tags.includes('server API'))
      .map(([method]) => `${method} ${path}`),
  );
  assert.deepEqual(
    described.sort(),
    paths.flatMap(([method, v1, v2]) => [`${method} ${v1}`, `${method} ${v2}`]).sort(),
  );
  assert.ok(document.paths['/exports/{about}/{id}/{fileName}'].get);
  assert.ok(!JSON.stringify(Object.keys(document.paths)).includes('*'));
});

test('each says how it is signed, what it is asked, and every refusal by its number', () => {
  for (const [method, ...both] of paths) {
    for (const path of both) {
      const operation = document.paths[path][method];
      assert.deepEqual(operation.security, [{ apiKey: [], authType: [], serverToken: [] }]);
      for (const scheme of Object.keys(operation.security[0])) {
        assert.ok(document.components.securitySchemes[scheme], scheme);
      }
      assert.equal(operation.requestBody !== undefined, method === 'post', path);
      for (const status of ['401', '403', '429', '500']) {
        const { description, content } = operation.responses[status];
        assert.deepEqual(content['application/json'].schema, { $ref: '#/components/schemas/ServerApiError' });
        for (const [, code] of description.matchAll(/^(-?\d+):/gm)) {
          const known = Object.values(refusals).some(
            (one) => one.status === Number(status) && one.code === Number(code),
          );
          assert.ok(known, `${status} ${code}`);
        }
      }
      assert.ok(operation.responses['429'].headers['x-ratelimit-reset']);
      assert.equal(operation.responses['401'].headers, undefined);
    }
  }
});

test('every schema compiles, and every example is what its schema asks for', () => {
  let examples = 0;
  for (const [name, schema] of Object.entries(
    document.components.schemas as Record<string, { examples?: unknown[] }>,
  )) {
    const validate = validatorOf(schema);
    for (const example of schema.examples ?? []) {
      assert.ok(validate(example), `${name}: ${JSON.stringify(validate.errors)}`);
      examples++;
    }
  }
  assert.ok(examples >= 10, `${examples} examples`);
});

test('what is really answered is what the document says', async () => {
  const { task_id: id } = await finish(service, '/export/users', { user_ids: ['alice'] });
  const check = ({ status, body }: RawAnswer, method: string, path: string) => {
    const response = document.paths[path][method].responses[status];
    assert.ok(response, `${status} of ${method} ${path}`);
    const validate = validatorOf(response.content['application/json'].schema);
    assert.ok(validate(body), `${method} ${path}: ${JSON.stringify(validate.errors)}`);
  };
  for (const [method, ...both] of paths) {
    for (const path of both) {
      const address = path.replace('{id}', id).replace('{user_id}', 'bob');
      const sent = path.endsWith('users')
        ? { user_ids: ['bob'] }
        : { channels: [{ cid: 'messaging:front-desk' }] };
      const body = method === 'post' ? { body: sent } : {};
      check(await ask(service, method.toUpperCase(), address, body), method, path);
      check(await ask(service, method.toUpperCase(), address, { ...body, key: null }), method, path);
      check(await ask(service, method.toUpperCase(), address, { ...body, token: 'x' }), method, path);
      if (method === 'post') check(await ask(service, 'POST', address, { body: {} }), method, path);
      else check(await ask(service, 'GET', address.replace(/(bob|[0-9a-f-]{36})/, 'none')), method, path);
    }
  }
});

test('a request that the document shows is taken', async () => {
  const { examples } = document.components.schemas.ExportChannelsRequest;
  for (const body of examples) {
    assert.equal((await ask(service, 'POST', '/export_channels', { body })).status, 201);
  }
  for (const body of document.components.schemas.ExportUsersRequest.examples) {
    assert.equal((await ask(service, 'POST', '/export/users', { body })).status, 201);
  }
});

test('every number is explained at the address that its refusals point to', async () => {
  const { body } = await ask(service, 'GET', '/tasks/none');
  const page = await (await fetch(body.more_info)).text();
  for (const { code } of Object.values(refusals))
    assert.ok(page.includes(`id="server-api-${code}"`), String(code));
});
