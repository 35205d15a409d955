import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiKey, revokeApiKey } from '../../src/steps/api-keys.ts';
import { KEY, SECRET } from '../http/service.ts';
import { ask, type ChatService, type RawAnswer, type RawCall, startChatService } from './chat-service.ts';
import { HS256, hs256 } from './tokens.ts';

let service: ChatService;
before(async () => {
  service = await startChatService();
});
after(() => service.stop());

const nobody = '/tasks/4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c';
const room = { channels: [{ cid: 'livestream:white-room' }] };

/** The envelope with what every one has, and no more. */
function assertEnvelope({ body, headers, status }: RawAnswer, expected: [number, number, string]): void {
  assert.deepEqual([status, body.code, body.message], expected);
  assert.equal(body.StatusCode, status);
  assert.match(body.duration, /^\d+\.\d\dms$/);
  assert.equal(body.more_info, `${service.parts.publicUrl}/docs/errors#server-api-${body.code}`);
  assert.deepEqual(body.details, []);
  assert.match(headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(headers.get('cache-control'), 'no-store');
  for (const key of Object.keys(body)) {
    assert.match(key, /^(code|message|StatusCode|duration|more_info|details|exception_fields)$/);
  }
}

/** GetTask, refused on the way in. */
async function refusedEntry(call: RawCall, status: number, code: number, text: string): Promise<void> {
  assertEnvelope(await ask(service, 'GET', nobody, call), [
    status,
    code,
    `GetTask failed with error: "${text}"`,
  ]);
}

test('every call wants a key that is known and not revoked', async () => {
  await refusedEntry({ key: null }, 401, 2, 'api_key not provided');
  await refusedEntry({ key: '' }, 401, 2, 'api_key not provided');
  await refusedEntry({ key: 'someone-else' }, 401, 2, 'api_key is invalid');
  await refusedEntry({ key: 'nul\u0000' }, 401, 2, 'api_key is invalid');
  assertEnvelope(await ask(service, 'GET', `${nobody}?api_key=${KEY}`), [
    401,
    2,
    'GetTask failed with error: "api_key is invalid"',
  ]);
  const { key, secret } = await createApiKey(service.parts, 'old');
  const token = hs256({ server: true }, secret);
  assert.equal((await ask(service, 'GET', nobody, { key, token })).status, 404);
  await revokeApiKey(service.parts, key);
  await refusedEntry({ key, token }, 401, 2, 'api_key is invalid');
});

test('every call says how it is signed', async () => {
  for (const type of ['', 'bearer', 'JWT']) {
    const headers = { 'stream-auth-type': type };
    await refusedEntry({ headers }, 401, 5, 'stream-auth-type missing or invalid');
  }
  const headers = { 'stream-auth-type': 'anonymous' };
  await refusedEntry(
    { headers, token: null },
    403,
    17,
    'this endpoint can only be called with server-side authentication',
  );
  const { status, body } = await fetch(`${service.url}${nobody}?api_key=${KEY}`).then(async (answer) => ({
    status: answer.status,
    body: (await answer.json()) as { code: number },
  }));
  assert.deepEqual([status, body.code], [401, 5]);
});

test('every call brings a token that a server signed with the secret, just now', async () => {
  const segments = 'JWTAuth error: token contains an invalid number of segments';
  await refusedEntry({ token: null }, 401, 5, segments);
  await refusedEntry({ token: 'abc' }, 401, 5, segments);
  await refusedEntry({ token: 'a.b.c' }, 401, 5, 'JWTAuth error: token is malformed');
  await refusedEntry({ token: `Bearer ${hs256({}, SECRET)}` }, 401, 5, 'JWTAuth error: token is malformed');
  await refusedEntry(
    { token: hs256({ server: true }, SECRET, { ...HS256, alg: 'none' }) },
    401,
    5,
    'JWTAuth error: signing method is invalid. Sign the token with HS256',
  );
  await refusedEntry(
    { token: hs256({ server: true }, 'the secret of another installation') },
    401,
    43,
    `JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "${KEY}"`,
  );
  const now = Math.floor(service.parts.now().getTime() / 1000);
  const timed = (claims: object) => ({ token: hs256({ server: true, ...claims }, SECRET) });
  await refusedEntry(timed({ exp: now - 60 }), 401, 40, 'JWTAuth error: token is expired (exp)');
  await refusedEntry(timed({ nbf: now + 60 }), 401, 41, 'JWTAuth error: token is not valid yet (nbf)');
  await refusedEntry(timed({ iat: now + 60 }), 401, 42, 'JWTAuth error: token used before issue at (iat)');
  await refusedEntry(
    timed({ user_id: 'alice' }),
    403,
    17,
    'this endpoint can only be called with server-side authentication',
  );
});

test('the checks have an order: key, way of signing, token, whose token', async () => {
  const codeOf = async (call: RawCall) => (await ask(service, 'GET', nobody, call)).body.code;
  const bad = { headers: { 'stream-auth-type': 'x' }, token: 'abc' };
  assert.equal(await codeOf({ key: null, ...bad }), 2);
  assert.equal(await codeOf({ key: 'unknown', ...bad }), 2);
  assert.equal(await codeOf({ ...bad }), 5);
  assert.equal(await codeOf({ token: hs256({ user_id: 'alice' }, 'wrong secret') }), 43);
  assert.equal(await codeOf({ token: hs256({ user_id: 'alice', exp: 1 }, SECRET) }), 40);
});

test('a refusal names the call that was meant, in both families', async () => {
  const calls: [string, string, string][] = [
    ['POST', '/export_channels', 'ExportChannels'],
    ['POST', '/api/v2/chat/export_channels', 'ExportChannels'],
    ['POST', '/export/users', 'ExportUsers'],
    ['POST', '/api/v2/export/users', 'ExportUsers'],
    ['GET', '/tasks/x', 'GetTask'],
    ['GET', '/api/v2/tasks/x', 'GetTask'],
    ['GET', '/export_channels/x', 'GetExportChannelsStatus'],
    ['GET', '/api/v2/chat/export_channels/x', 'GetExportChannelsStatus'],
    ['GET', '/users/x/export', 'ExportUser'],
    ['GET', '/api/v2/users/x/export', 'ExportUser'],
  ];
  for (const [method, path, operation] of calls) {
    const answer = await ask(service, method, path, { key: null, ...(method === 'POST' && { body: room }) });
    assertEnvelope(answer, [401, 2, `${operation} failed with error: "api_key not provided"`]);
  }
});

test('a task that does not exist is not found; nor is one of another key', async () => {
  const { body } = await ask(service, 'POST', '/export_channels', { body: room });
  const { key, secret } = await createApiKey(service.parts, 'other');
  const other = { key, token: hs256({}, secret) };
  for (const [path, operation] of [
    ['/tasks/', 'GetTask'],
    ['/export_channels/', 'GetExportChannelsStatus'],
    ['/api/v2/tasks/', 'GetTask'],
  ] as const) {
    assert.equal((await ask(service, 'GET', path + body.task_id)).status, 200);
    assertEnvelope(await ask(service, 'GET', path + body.task_id, other), [
      404,
      16,
      `${operation} failed with error: "Can't find task with id "${body.task_id}""`,
    ]);
    for (const id of ['4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c', 'no-task', '%00']) {
      assertEnvelope(await ask(service, 'GET', path + id), [
        404,
        16,
        `${operation} failed with error: "Can't find task with id "${decodeURIComponent(id)}""`,
      ]);
    }
  }
});

test('channels and users that do not exist are refused at once, all of them by name', async () => {
  const channels = (...cids: string[]) => ({ channels: cids.map((cid) => ({ cid })) });
  const exported = (body: unknown) => ask(service, 'POST', '/export_channels', { body });
  assertEnvelope(await exported(channels('livestream:white-room', 'livestream:nowhere')), [
    404,
    16,
    `ExportChannels failed with error: "Can't find channel with id livestream:nowhere"`,
  ]);
  assertEnvelope(await exported(channels('team:white-room', 'no such type:x', 'livestream:white-room')), [
    404,
    16,
    `ExportChannels failed with error: "Can't find channels with ids team:white-room, no such type:x"`,
  ]);
  assertEnvelope(await exported(channels('livestream:old-cellar')), [
    404,
    16,
    `ExportChannels failed with error: "Can't find channel with id livestream:old-cellar"`,
  ]);
  const deleted = { ...channels('livestream:old-cellar'), include_soft_deleted_channels: true };
  assert.equal((await exported(deleted)).status, 201);
  assertEnvelope(await ask(service, 'POST', '/export/users', { body: { user_ids: ['alice', 'nobody'] } }), [
    404,
    16,
    `ExportUsers failed with error: "Can't find user with id nobody"`,
  ]);
  assertEnvelope(await ask(service, 'GET', '/users/nobody/export'), [
    404,
    16,
    `ExportUser failed with error: "Can't find user with id nobody"`,
  ]);
});

test('what a body has wrong is said, and which field it is', async () => {
  const wrong: [unknown, string, Record<string, string>?][] = [
    ['', 'the request body must be a JSON object'],
    ['null', 'the request body must be a JSON object'],
    ['{"channels":', 'the request body is not valid JSON'],
    [{}, 'channels is a required field', { channels: 'is a required field' }],
    [{ channels: null }, 'channels must be an array', { channels: 'must be an array' }],
    [
      { channels: Array.from({ length: 26 }, () => ({ cid: 'livestream:white-room' })) },
      'channels must contain at maximum 25 items',
      { channels: 'must contain at maximum 25 items' },
    ],
    [{ channels: [] }, 'channels must contain at least 1 item'],
    [{ ...room, format: 'csv' }, 'format csv requires version v2'],
    [
      { ...room, format: 'csv', version: 'v2', export_users: true },
      'format csv cannot be combined with export_users',
    ],
    [
      { channels: [{ cid: 'livestream:white-room', messages_since: '2020-11-10T09:30:00' }] },
      'channels[0].messages_since must be RFC 3339 with an offset (2020-11-10T09:30:00Z) or unix nanoseconds (19 digits)',
    ],
  ];
  for (const path of ['/export_channels', '/api/v2/chat/export_channels']) {
    for (const [body, text, fields] of wrong) {
      const answer = await ask(service, 'POST', path, { body });
      assertEnvelope(answer, [400, 4, `ExportChannels failed with error: "${text}"`]);
      if (fields) assert.deepEqual(answer.body.exception_fields, fields);
    }
  }
  const users = Array.from({ length: 26 }, (_, n) => `u${n}`);
  assertEnvelope(await ask(service, 'POST', '/export/users', { body: { user_ids: users } }), [
    400,
    4,
    'ExportUsers failed with error: "user_ids must contain at maximum 25 items"',
  ]);
});

test('a csv column that does not exist, or of which only a part may leave, is refused by name', async () => {
  const csv = { ...room, version: 'v2', format: 'csv' };
  for (const field of ['nothing', 'spam_score']) {
    const { status, body } = await ask(service, 'POST', '/export_channels', {
      body: { ...csv, include_fields: ['id', field] },
    });
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.message, new RegExp(`include_fields.*${field}`));
  }
});

test('a body of more than a mebibyte is refused', async () => {
  const answer = await ask(service, 'POST', '/export/users', {
    body: { user_ids: ['x'.repeat(1024 * 1024)] },
  });
  assertEnvelope(answer, [413, 22, 'ExportUsers failed with error: "the request body is larger than 1 MiB"']);
});

test('an address that nobody answers is told to an SDK in its own shape, to others in that of the site', async () => {
  for (const [method, path] of [
    ['GET', '/api/v2/chat/channels'],
    ['POST', '/channels'],
    ['PUT', '/export_channels'],
    ['GET', '/users/alice/devices'],
  ] as const) {
    assertEnvelope(await ask(service, method, path), [404, 16, 'Request failed with error: "Not Found"']);
  }
  assertEnvelope(await ask(service, 'GET', '/api/v2/nothing', { key: null }), [
    404,
    16,
    'Request failed with error: "Not Found"',
  ]);
  assertEnvelope(await ask(service, 'GET', '/tasks/%ff'), [
    400,
    4,
    'Request failed with error: "the address is not percent-encoded UTF-8"',
  ]);
  for (const path of ['/nothing', '/v1/nothing', '/%ff']) {
    const { headers } = await fetch(service.url + path);
    assert.equal(headers.get('content-type')?.split(';')[0], 'application/problem+json', path);
  }
});

test('a fault tells its number and nothing of our inside', async () => {
  await service.product.query('alter table people rename to people_gone');
  try {
    const answer = await ask(service, 'GET', '/users/alice/export');
    const number = answer.headers.get('x-request-id');
    assertEnvelope(answer, [
      500,
      -1,
      `ExportUser failed with error: "internal server error, request ${number}"`,
    ]);
    assert.ok(service.logged().includes(String(number)));
  } finally {
    await service.product.query('alter table people_gone rename to people');
  }
});

test('tokens and secrets stay out of the log; which client called is in it', async () => {
  const token = hs256({ server: true, canary: 'CANARY' }, SECRET);
  const headers = { 'x-stream-client': 'some-sdk-1.2.3' };
  await ask(service, 'GET', nobody, { token, headers });
  await ask(service, 'GET', nobody, { token: `${token}x`, headers });
  const logged = service.logged();
  assert.ok(logged.includes('some-sdk-1.2.3'));
  assert.ok(!logged.includes(SECRET));
  for (const part of token.split('.').slice(1)) assert.ok(!logged.includes(part));
});

test('a mapping that is not there leaves no such door', async () => {
  const { startService } = await import('../http/service.ts');
  const account = await startService();
  try {
    const answer = await ask(account, 'POST', '/export_channels', { body: room });
    assert.deepEqual([answer.status, answer.body.code], [404, 16]);
    const stray = await fetch(`${account.url}/export_channels`, { method: 'POST' });
    assert.equal(stray.headers.get('content-type')?.split(';')[0], 'application/problem+json');
  } finally {
    await account.stop();
  }
});
