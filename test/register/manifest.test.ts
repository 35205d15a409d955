import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { rulesOfChat, rulesOfKind } from '../../src/archive/manifest-rules.ts';
import type { UsersRequest } from '../../src/chat/request.ts';
import { loadConfig } from '../../src/config/load.ts';
import { registerOf } from '../../src/register/register.ts';
import { exportToFile } from '../../src/steps/export-to-file.ts';
import { account, calls, configOf, databaseOf, schema } from '../check/product.ts';

test('the register says of a real archive what its manifest says', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'handover-register-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const url = await databaseOf(
    schema,
    "insert into accounts values (1, 'a'); insert into calls values (1, 1, 2, '{}')",
  );
  const path = await configOf(
    url,
    {
      categories: {
        account,
        calls: {
          ...calls,
          include: ['id', { account_id: 'owner' }, 'settings'],
          exclude: { price: { reason: 'internal', note: 'Ours.' }, 'settings.key': 'secret' },
          where: 't.price > 0',
          whereReason: 'Free calls are not kept.',
          class: 'observed',
          classes: { settings: 'provided' },
        },
      },
      leftOut: { sessions: { reason: 'secret', note: 'Opens doors.' } },
    },
    { version: '7' },
  );
  const config = await loadConfig(path);
  const at = join(folder, 'manifest.json');
  await exportToFile(
    config,
    { kind: 'account', subject: '1', path: join(folder, 'a.json'), manifest: { path: at, signer: null } },
    () => {},
    new AbortController().signal,
  );
  const manifest: Manifest = JSON.parse(await readFile(at, 'utf8'));
  const register = registerOf(config);
  const [registered] = register.exports;
  assert.deepEqual(manifest.config, register.config);
  assert.deepEqual(manifest.leftOut, registered?.leftOut);
  assert.deepEqual(
    manifest.categories.map(({ name, fields, excluded, rule }) => ({
      name,
      fields,
      excluded,
      why: rule?.words ?? null,
    })),
    registered?.categories.map(({ name, fields, excluded, rows }) => ({
      name,
      fields,
      excluded,
      why: rows?.why ?? null,
    })),
  );
});

test('for every kind of the examples, register and manifest have the same rules', async () => {
  const voice = await loadConfig('examples/voice/handover.config.ts');
  const chat = await loadConfig('examples/chat/handover.config.ts');
  const [account] = registerOf(voice).exports;
  assert.ok(voice.exports.account && chat.chat && account);
  const rules = rulesOfKind(voice, voice.exports.account);
  assert.equal(rules.categories.length, 12);
  assert.deepEqual(
    rules.categories.map(({ name, fields, excluded }) => ({ name, fields, excluded })),
    account.categories.map(({ name, fields, excluded }) => ({ name, fields, excluded })),
  );
  assert.deepEqual(rules.leftOut, account.leftOut);

  const entities = registerOf(chat).exports[0]?.categories ?? [];
  const request: UsersRequest = { about: 'users', userIds: [], maxMessagesPerUser: 1 };
  for (const entity of rulesOfChat(chat, chat.chat, request).entities) {
    const { name, fields, excluded } = entities.find(({ name }) => name === entity.name) ?? {};
    assert.deepEqual(entity, { name, fields, excluded });
  }
});
