import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkConfig } from '../../src/check/check-config.ts';
import type { Finding } from '../../src/check/finding.ts';
import { loadConfig } from '../../src/config/load.ts';
import { brief, databaseOf, run } from './product.ts';

/** The demo has both products in one database. */
async function databaseOfBoth(): Promise<string> {
  const [voice = '', chat = ''] = await Promise.all(
    ['voice', 'chat'].map((name) => readFile(`examples/${name}/schema.sql`, 'utf8')),
  );
  return databaseOf(voice, chat);
}

async function check(name: string, url: string): Promise<Finding[]> {
  process.env.SOURCE_DATABASE_URL = url;
  try {
    return (await checkConfig(await loadConfig(`examples/${name}/handover.config.ts`))).findings;
  } finally {
    delete process.env.SOURCE_DATABASE_URL;
  }
}

test('the examples, and with them the demo, have no findings', async () => {
  const url = await databaseOfBoth();
  assert.deepEqual(await check('voice', url), []);
  assert.deepEqual(await check('chat', url), []);
});

const changes: [name: string, change: string, found: string[]][] = [
  [
    'voice',
    'alter table users add column sso_token text',
    ['column-unclassified exports.account.categories.users'],
  ],
  [
    'voice',
    'create table call_notes (id int primary key, call_id text)',
    ['table-unlisted exports.account.categories'],
  ],
  ['chat', 'alter table people add column phone text', ['column-unclassified chat.users']],
  ['chat', 'create table room_pins (id int primary key, room_id int)', ['table-unlisted chat']],
];

test('a column or a table more turns them red', async () => {
  for (const [name, change, found] of changes) {
    const url = await databaseOfBoth();
    await run(url, change);
    const findings = await check(name, url);
    assert.deepEqual(brief(findings), found, change);
    assert.ok(
      findings.every(({ level, line }) => level === 'error' && line !== null && line > 10),
      change,
    );
  }
});
