import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { KEY, SECRET } from '../http/service.ts';
import { type ChatService, download, lines, startChatService, whenOver } from './chat-service.ts';
import { hs256 } from './tokens.ts';

// How the SDKs of other languages write their calls, sign for sign over a socket, each in a test of its own.

let service: ChatService;
before(async () => {
  service = await startChatService({ worker: true });
  await service.product.query(`
    insert into people (handle, display_name, site_role, locale, profile, blocks, joined_at, changed_at, is_online, is_banned)
    select handle, handle, 'user', 'en', '{}', '{}', '2020-01-01', '2020-01-01', false, false
    from unnest(array['Ada L. ü', 'a+b', 'a/b', '50% off', 'what?', 'x y', repeat('long', 100)]) handle`);
});
after(() => service.stop());

const now = () => Math.floor(Date.now() / 1000);
const white = 'livestream:white-room';

interface Sent {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  /** Chunks, each written by itself. */
  body?: string[];
}

/** Sends a request as it stands: no header or escape is added, except Host and how the body ends. */
function send({ method, path, headers, body }: Sent) {
  return new Promise<{ status: number; text: string; json: Record<string, unknown> }>((resolve, reject) => {
    const sent = request(new URL(service.url), { method, path, headers }, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ status: answer.statusCode ?? 0, text, json: JSON.parse(text) });
    });
    sent.on('error', reject);
    for (const chunk of body ?? []) sent.write(chunk);
    sent.end();
  });
}

/** The export that was started, once it is over; its file in v1 has one entry a channel. */
async function fileOf(answer: { status: number; json: Record<string, unknown>; text: string }) {
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(Object.keys(answer.json).sort(), ['duration', 'task_id']);
  const { status, result } = await whenOver(service, String(answer.json.task_id));
  assert.equal(status, 'completed');
  return download(result.url);
}

const query = `?api_key=${KEY}`;

test('stream-chat-php: server is the text "true", issued now, ids raw in the path', async () => {
  const headers = {
    Authorization: hs256({ server: 'true', iat: now() }, SECRET, { typ: 'JWT', alg: 'HS256' }),
    'stream-auth-type': 'jwt',
    'X-Stream-Client': 'stream-php-client-3.17.0',
    'Content-Type': 'application/json',
  };
  const body = `{"channels":[{"type":"livestream","id":"white-room","messages_since":"2020-11-10T09:30:00.000Z"}]}`;
  const started = await send({
    method: 'POST',
    path: `/export_channels${query}`,
    headers: { ...headers, 'Content-Length': String(body.length) },
    body: [body],
  });
  const [entry] = JSON.parse(await fileOf(started));
  assert.ok(entry.messages.length > 0);
  const user = await send({ method: 'GET', path: `/users/guest.17@door-b/export${query}`, headers });
  assert.equal(user.status, 200);
});

test('getstream-php: a DateTime with its offset, every option named, the others null', async () => {
  const body = JSON.stringify({
    channels: [
      {
        cid: null,
        id: 'white-room',
        messages_since: '2020-11-10T10:30:00+01:00',
        messages_until: null,
        type: 'livestream',
      },
    ],
    clear_deleted_message_text: null,
    export_users: null,
    format: null,
    include_soft_deleted_channels: null,
    include_truncated_messages: true,
    version: null,
    include_fields: null,
  });
  const started = await send({
    method: 'POST',
    path: `/api/v2/chat/export_channels${query}`,
    headers: {
      Authorization: hs256({ server: true, iat: now() }, SECRET),
      'stream-auth-type': 'jwt',
      'Content-Type': 'application/json',
      'X-Stream-Client': 'getstream-php-11.0.0',
    },
    body: [body],
  });
  const [entry] = JSON.parse(await fileOf(started));
  assert.equal(entry.messages[0].created_at.slice(0, 19), '2020-11-10T09:30:00');
});

test('stream-chat of Python: messages_since is null, the id is percent-encoded', async () => {
  const headers = {
    Authorization: hs256({ server: true }, SECRET),
    'stream-auth-type': 'jwt',
    'X-Stream-Client': 'stream-python-client-4.31.0',
    'Content-Type': 'application/json',
  };
  const body = `{"channels": [{"id": "white-room", "type": "livestream", "messages_since": null, "messages_until": "2020-11-10T11:30:00+00:00"}]}`;
  await fileOf(await send({ method: 'POST', path: `/export_channels${query}`, headers, body: [body] }));
  const user = await send({ method: 'GET', path: `/users/guest.17%40door-b/export${query}`, headers });
  assert.equal((user.json.user as { id: string }).id, 'guest.17@door-b');
});

test('getstream of Python: the token claims nothing at all; all is in lower case; a naive time is refused', async () => {
  const headers = {
    authorization: hs256({}, SECRET),
    'stream-auth-type': 'jwt',
    'x-client-request-id': '1e1e2e0a-9bb9-4a40-a1e5-6b1a4d0a7f11',
    'content-type': 'application/json',
  };
  const asked = (since: string) =>
    `{"channels":[{"cid":"${white}","messages_since":"${since}"}],"version":"v2"}`;
  const path = `/api/v2/chat/export_channels${query}`;
  await fileOf(await send({ method: 'POST', path, headers, body: [asked('2020-11-10T09:30:00.123456Z')] }));
  const naive = await send({ method: 'POST', path, headers, body: [asked('2020-11-10T09:30:00')] });
  assert.deepEqual([naive.status, naive.json.code], [400, 4]);
});

test('stream-chat-go: the body comes in chunks of unknown length, times with nanoseconds', async () => {
  const body = `{"channels":[{"type":"livestream","id":"white-room","messages_since":"2020-11-10T09:30:00.123456789Z"}],"include_truncated_messages":true}`;
  const headers = {
    Authorization: hs256({ server: true }, SECRET),
    'Stream-Auth-Type': 'jwt',
    'X-Stream-Client': 'stream-go-client-8.4.1',
    'Content-Type': 'application/json',
    'Transfer-Encoding': 'chunked',
  };
  const pieces = body.match(/.{1,17}/gs) ?? [];
  const started = await send({ method: 'POST', path: `/export_channels${query}`, headers, body: pieces });
  const [entry] = JSON.parse(await fileOf(started));
  assert.ok(
    entry.messages.every(
      (message: { created_at: string }) => message.created_at > '2020-11-10T09:30:00.123456',
    ),
  );
  const task = await send({
    method: 'GET',
    path: `/export_channels/${started.json.task_id}${query}`,
    headers: {
      Authorization: headers.Authorization,
      'Stream-Auth-Type': 'jwt',
      'Content-Type': 'application/json',
    },
  });
  assert.equal(task.status, 200);
  assert.match(String(task.json.created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/);
});

test('getstream-go: include_fields and even channels are null; instants of answers are 19 bare digits', async () => {
  const headers = {
    Authorization: hs256({ server: true, iat: now(), exp: now() + 3600 }, SECRET),
    'Stream-Auth-Type': 'jwt',
    'Content-Type': 'application/json',
  };
  const path = `/api/v2/chat/export_channels${query}`;
  const none = await send({
    method: 'POST',
    path,
    headers,
    body: ['{"channels":null,"include_fields":null}'],
  });
  assert.deepEqual([none.status, none.json.code], [400, 4]);
  const body = `{"channels":[{"cid":"${white}"}],"include_fields":null}`;
  const started = await send({ method: 'POST', path, headers, body: [body] });
  await fileOf(started);
  for (const place of ['tasks', 'chat/export_channels']) {
    const task = await send({
      method: 'GET',
      path: `/api/v2/${place}/${started.json.task_id}${query}`,
      headers,
    });
    assert.match(task.text, /"created_at":\d{19},"updated_at":\d{19},/);
  }
});

test('getstream-go: a space of an id is written as +', async () => {
  const headers = { Authorization: hs256({ server: true }, SECRET), 'Stream-Auth-Type': 'jwt' };
  const user = await send({ method: 'GET', path: `/api/v2/users/x+y/export${query}`, headers });
  assert.equal((user.json.user as { id: string }).id, 'x y');
});

test('stream-chat of Ruby: a header of the token without its type, header names in capitals', async () => {
  const headers = {
    Authorization: hs256({ server: true }, SECRET, { alg: 'HS256' }),
    'Stream-Auth-Type': 'jwt',
    'Content-Type': 'application/json',
    'X-Stream-Client': 'stream-ruby-client-3.26.2',
  };
  const body = `{"channels":[{"cid":"${white}","messages_since":"2020-11-10T09:30:00Z"}]}`;
  await fileOf(await send({ method: 'POST', path: `/export_channels${query}`, headers, body: [body] }));
});

test('getstream-ruby: a GET with the body null', async () => {
  const headers = {
    Authorization: hs256({ server: true, iat: now() }, SECRET, { alg: 'HS256' }),
    'stream-auth-type': 'jwt',
    'Content-Type': 'application/json',
    'Content-Length': '4',
  };
  const user = await send({
    method: 'GET',
    path: `/api/v2/users/alice/export${query}`,
    headers,
    body: ['null'],
  });
  assert.equal(user.status, 200);
  assert.match(user.text, /"created_at":\d{19}[,}]/);
});

test('stream-chat-java: a token with scope and issuer, every field null that was not set', async () => {
  const claims = {
    server: true,
    scope: 'admins',
    iat: now(),
    iss: 'Stream Chat Java SDK',
    sub: 'Stream Chat Java SDK',
  };
  const headers = {
    Authorization: hs256(claims, SECRET, { alg: 'HS256' }),
    'Stream-Auth-Type': 'jwt',
    'Content-Type': 'application/json; charset=UTF-8',
  };
  const body = `{"channels":[{"type":"livestream","id":"white-room","messages_since":"2020-11-10T09:30:00.000+00:00","messages_until":null}],"version":null,"clear_deleted_message_text":null,"include_truncated_messages":null,"export_users":null}`;
  const path = `/export_channels${query}`;
  const started = await send({
    method: 'POST',
    path,
    headers,
    body: [body],
  });
  await fileOf(started);
});

test('stream-sdk-java: an instant of nanoseconds as a number', async () => {
  const headers = {
    Authorization: hs256({ server: true, iat: now() }, SECRET, { alg: 'HS256' }),
    'Stream-Auth-Type': 'jwt',
    'Content-Type': 'application/json',
  };
  const body = `{"channels":[{"cid":"${white}","id":null,"messages_since":1605000600000000000,"messages_until":null,"type":null}]}`;
  await fileOf(
    await send({ method: 'POST', path: `/api/v2/chat/export_channels${query}`, headers, body: [body] }),
  );
});

test('stream-chat-net: POST is answered with exactly 201, GET with exactly 200', async () => {
  const headers = {
    Authorization: hs256({ server: true }, SECRET),
    'stream-auth-type': 'jwt',
    'Content-Type': 'application/json; charset=utf-8',
    'X-Stream-Client': 'stream-net-client-2.21.0.0',
  };
  const body = `{"channels":[{"type":"livestream","id":"white-room","messages_since":"2020-11-10T09:30:00+00:00"}],"version":"","clear_deleted_message_text":false}`;
  const started = await send({ method: 'POST', path: `/export_channels${query}`, headers, body: [body] });
  const id = String(started.json.task_id);
  await fileOf(started);
  for (const path of [`/export_channels/${id}`, `/tasks/${id}`, '/users/bob/export']) {
    assert.equal((await send({ method: 'GET', path: path + query, headers })).status, 200, path);
  }
});

test('getstream-net: a token of times alone, numbers of nanoseconds of which no digit is lost', async () => {
  const headers = {
    Authorization: hs256({ iat: now(), nbf: now(), exp: now() + 3600 }, SECRET),
    'stream-auth-type': 'jwt',
    'Content-Type': 'application/json; charset=utf-8',
  };
  const { rows } = await service.product.query(
    `select posted_at::text as at, (extract(epoch from posted_at) * 1000000000)::numeric(20)::text as ns
     from posts join rooms on rooms.id = room_id where slug = 'white-room' and extract(microsecond from posted_at)::int % 1000 <> 0
     order by posted_at desc limit 1`,
  );
  const { ns } = rows[0] as { ns: string };
  const countOf = async (since: bigint) => {
    const body = `{"channels":[{"type":"livestream","id":"white-room","messages_since":${since},"messages_until":${ns}}]}`;
    const path = `/api/v2/chat/export_channels${query}`;
    const [entry] = JSON.parse(await fileOf(await send({ method: 'POST', path, headers, body: [body] })));
    return entry.messages.length;
  };
  assert.equal(await countOf(BigInt(ns)), 1, 'both bounds are inclusive');
  assert.equal(await countOf(BigInt(ns) - 1n), 1);
  const after = await send({
    method: 'POST',
    path: `/api/v2/chat/export_channels${query}`,
    headers,
    body: [`{"channels":[{"cid":"${white}","messages_since":${BigInt(ns) + 1n},"messages_until":${ns}}]}`],
  });
  assert.deepEqual([after.status, after.json.code], [400, 4]);
});

test('any path takes any id, encoded or raw', async () => {
  const headers = { Authorization: hs256({ server: true }, SECRET), 'stream-auth-type': 'jwt' };
  const spellings: [string, string][] = [
    ['Ada%20L.%20%C3%BC', 'Ada L. ü'],
    ['Ada+L.+%C3%BC', 'Ada L. ü'],
    ['a%2Bb', 'a+b'],
    ['a+b', 'a+b'],
    ['a%2Fb', 'a/b'],
    ['a/b', 'a/b'],
    ['50%25%20off', '50% off'],
    ['50%%20off', '50% off'],
    ['what%3F', 'what?'],
    ['x%20y', 'x y'],
    ['long'.repeat(100), 'long'.repeat(100)],
  ];
  for (const family of ['', '/api/v2']) {
    for (const [spelling, id] of spellings) {
      const user = await send({ method: 'GET', path: `${family}/users/${spelling}/export${query}`, headers });
      assert.equal(user.status, 200, `${family}/users/${spelling}: ${user.text}`);
      assert.equal((user.json.user as { id: string }).id, id);
    }
    const nobody = await send({ method: 'GET', path: `${family}/users/a+nobody/export${query}`, headers });
    assert.equal(nobody.status, 404);
    assert.match(String(nobody.json.message), /Can't find user with id a\+nobody/);
  }
});

test('the two families differ in how instants are written, and in nothing else of a task', async () => {
  const headers = { Authorization: hs256({ server: true }, SECRET), 'stream-auth-type': 'jwt' };
  const started = await send({
    method: 'POST',
    path: `/export/users${query}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: ['{"user_ids":["alice"]}'],
  });
  const file = lines(await fileOf(started));
  assert.equal(file[0].data.id, 'alice');
  const see = async (path: string) =>
    (await send({ method: 'GET', path: `${path}/${started.json.task_id}${query}`, headers })).json;
  const [v1, v2, older] = [await see('/tasks'), await see('/api/v2/tasks'), await see('/export_channels')];
  const keys = ['created_at', 'duration', 'result', 'status', 'task_id', 'updated_at'];
  for (const task of [v1, v2, older]) assert.deepEqual(Object.keys(task).sort(), keys);
  assert.deepEqual(Object.keys(v1.result as object).sort(), ['path', 's3_bucket_name', 'url']);
  // A JavaScript number holds 19 digits to the nearest 256 ns: the millisecond is what can be compared.
  assert.equal(Date.parse(String(v1.created_at)), Math.round(Number(v2.created_at) / 1e6));
  assert.equal(Date.parse(String(v1.updated_at)), Math.round(Number(v2.updated_at) / 1e6));
  assert.equal((v1.result as { path: string }).path, (v2.result as { path: string }).path);
});

test('nothing that a client says of itself changes an answer', async () => {
  const clients = ['stream-php-client-3.17.0', 'stream-net-client-2', 'x', ''];
  const answers = await Promise.all(
    clients.map((client) =>
      send({
        method: 'GET',
        path: `/users/bob/export${query}`,
        headers: {
          Authorization: hs256({ server: true }, SECRET),
          'stream-auth-type': 'jwt',
          'X-Stream-Client': client,
          'User-Agent': client || 'none',
        },
      }),
    ),
  );
  const texts = answers.map(({ text }) => text.replace(/"duration":"[^"]*"/, ''));
  assert.equal(new Set(texts).size, 1);
});
