import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { registerMarkdown } from '../../src/register/markdown.ts';
import { type Register, registerOf } from '../../src/register/register.ts';
import { loadJson, refusal, small, withCategory, writeConfig } from '../config/written-config.ts';

const why = 'The customer chose it and needs it to move their phones.';
const config = {
  ...withCategory({
    title: { en: 'Calls | all', de: 'Anrufe' },
    description: 'What you *dialled*.',
    include: ['id', { started_at: 'began' }, 'sip_password', 'settings'],
    exclude: { cost: { reason: 'internal', note: 'Ours.' }, 'settings["a|b`"].x': 'secret' },
    allowSensitive: { sip_password: why },
    classes: { started_at: 'observed' },
    where: 't.scrubbed_at is null\n  or t.a | 1 = 2',
    whereReason: 'Asked to be forgotten.',
  }),
  sources: { main: { type: 'postgres', url: 'postgres://reader:CANARY_PASSWORD@db.internal/voice' } },
  version: 'spring',
};

async function registered(written: object = config): Promise<Register> {
  return registerOf(await loadJson(written));
}

test('the register says of each category what leaves, what stays and why, in the words of the product', async () => {
  const { exports, ...head } = await registered();
  assert.deepEqual(head, {
    registerVersion: '1.0',
    product: 'Hallomoor',
    config: { version: 'spring', hash: (await loadJson(config)).hash },
  });
  assert.deepEqual(exports, [
    {
      kind: 'account',
      door: 'account',
      source: 'main',
      subject: 'public.account.id',
      retention: {
        fileMs: 86_400_000,
        addressMs: null,
        confirmationMs: 86_400_000,
        cooldownMs: 86_400_000,
      },
      categories: [
        {
          name: 'calls',
          title: 'Calls | all',
          purpose: 'What you *dialled*.',
          table: 'public.calls',
          fields: [
            { key: 'id', column: 'id', class: 'provided' },
            { key: 'began', column: 'started_at', class: 'observed' },
            { key: 'sipPassword', column: 'sip_password', class: 'provided' },
            { key: 'settings', column: 'settings', class: 'provided' },
          ],
          excluded: [
            { what: 'cost', reason: 'internal', note: 'Ours.' },
            { what: 'settings["a|b`"].x', reason: 'secret', note: null },
          ],
          rows: { where: 't.scrubbed_at is null\n  or t.a | 1 = 2', why: 'Asked to be forgotten.' },
          sensitive: [{ column: 'sip_password', denyClass: 'password', why }],
        },
      ],
      leftOut: [],
    },
  ]);
});

test('as Markdown it can be read, whatever stands in the words and names', async () => {
  const text = registerMarkdown(await registered());
  for (const line of [
    '# What leaves Hallomoor',
    '### Calls \\| all (`calls`)',
    'What you \\*dialled\\*.',
    '| `began` | `started_at` | observed |',
    'Rows leave that meet `t.scrubbed_at is null or t.a \\| 1 = 2`. The others stay: Asked to be forgotten.',
    `| \`sip_password\` | password | ${why} |`,
    '| `cost` | internal | Ours. |',
    '| ``settings["a\\|b`"].x`` | secret |  |',
    '| file is kept | 24 hours |',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n\nis not in\n\n${text}`);
  }
});

test('no address of a database is in it', async () => {
  const register = await registered();
  assert.doesNotMatch(JSON.stringify(register) + registerMarkdown(register), /CANARY|db\.internal/);
});

test('it is made where the address of the source is not set, and the config is checked all the same', async () => {
  const sources = { main: { type: 'postgres' } };
  const path = await writeConfig('unset.json', JSON.stringify({ ...small, sources }));
  assert.equal(registerOf(await loadConfig(path, { needsSources: false })).exports.length, 1);
  const wrong = await writeConfig('wrong.json', JSON.stringify({ ...small, sources, exports: {} }));
  assert.match((await refusal(loadConfig(wrong, { needsSources: false }))).message, /exports: expected/);
});

test('the server door is registered by its entities, with its own windows', async () => {
  const { exports } = registerOf(await loadConfig('examples/chat/handover.config.ts'));
  const [chat] = exports;
  assert.deepEqual(
    [chat?.kind, chat?.door, chat?.subject, chat?.retention.fileMs],
    ['chat', 'server', null, 60 * 86_400_000],
  );
  const messages = chat?.categories.find(({ name }) => name === 'messages');
  assert.equal(messages?.table, 'public.posts');
  assert.deepEqual(messages?.fields[3], { key: 'text', column: 'body', class: 'provided' });
  assert.ok(messages?.excluded.some(({ what, reason }) => what === 'spam_score' && reason === 'internal'));
});
