import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, scrub } from '../../src/log.ts';

const TOKEN = 'q3f8Zb0y_XwL-5nVt2sKc1dRjHmUeA6GpQ9iO7TzYxB';

function capture() {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line) => lines.push(line) } });
  return { log, lines, text: () => lines.join('') };
}

test('a log line is one JSON object with an instant and a level', () => {
  const { log, lines } = capture();
  log.info({ exportId: 'e1', rows: 12 }, 'part done');
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.equal(line.exportId, 'e1');
  assert.equal(line.rows, 12);
  assert.equal(line.msg, 'part done');
  assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('tokens in addresses are never logged', () => {
  const { log, text } = capture();
  log.info(`GET /confirm/${TOKEN}`);
  log.info({ url: `/download/${TOKEN}?x=1`, link: `https://a.example/portal/${TOKEN}` });
  log.error(new Error(`no such link: /confirm/${TOKEN}`));
  assert.doesNotMatch(text(), new RegExp(TOKEN));
  assert.match(text(), /GET \/confirm\/\[redacted\]/);
  assert.match(text(), /\/download\/\[redacted\]\?x=1/);
  assert.match(text(), /a\.example\/portal\/\[redacted\]/);
});

test('e-mail addresses are never logged, wherever they stand', () => {
  const { log, text } = capture();
  log.info(
    { requester: { name: 'x', address: 'jane.doe+1@mail.example.org' } },
    'mail to jörg@müller.example',
  );
  log.error({ err: new Error('550 rejected <ann@example.com>') });
  assert.doesNotMatch(text(), /@mail|müller|ann@|jane/);
  assert.match(text(), /\[e-mail\]/);
});

test('credentials, cookies, bodies and keys are never logged', () => {
  const { log, text } = capture();
  log.info({
    req: { method: 'GET', url: '/', headers: { authorization: 'Basic c2VjcmV0OnNlY3JldA==' } },
    headers: { cookie: `handover_session=${TOKEN}` },
    authorization: 'Basic c2VjcmV0OnNlY3JldA==',
    mail: { body: 'dear reader' },
    key: { identity: 'AGE-SECRET-KEY-1QQQQQQQ' },
  });
  log.info(`sent Authorization: Basic c2VjcmV0OnNlY3JldA== and __Host-handover_session=${TOKEN}; Path=/`);
  log.info('unwrapped AGE-SECRET-KEY-1QQQQQQQ');
  log.error(new Error('connect postgres://handover:hunter2@db.internal:5432/handover'));
  log.error(new Error('connect smtp://user:hun%40ter2@mail.internal'));
  assert.doesNotMatch(text(), /c2VjcmV0|dear reader|AGE-SECRET|hunter2|hun%40ter2/);
  assert.doesNotMatch(text(), new RegExp(TOKEN));
  assert.match(text(), /db\.internal/);
});

test('an error is logged with its stack but without the values a database hangs on it', () => {
  const { log, text } = capture();
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (phone)=(+49 30 1) exists.',
  });
  log.error(error);
  log.error({ err: error });
  assert.match(text(), /23505/);
  assert.match(text(), /log\.test\.ts/);
  assert.doesNotMatch(text(), /\+49 30/);
});

test('paths of packages stay readable', () => {
  const path = 'at node_modules/@fastify/static/index.js:1:2 (pg-boss@12.35.0)';
  assert.equal(scrub(path), path);
});
