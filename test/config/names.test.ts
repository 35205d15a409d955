import assert from 'node:assert/strict';
import { test } from 'node:test';
import { camelCase, humanise, parseColumnPath, parseTable } from '../../src/config/names.ts';

test('a column becomes a key in camelCase', () => {
  const keys = {
    id: 'id',
    account_id: 'accountId',
    e164: 'e164',
    e164_leading_plus: 'e164LeadingPlus',
    line_1: 'line1',
    _hidden: 'hidden',
    createdAt: 'createdAt',
    AlbumId: 'albumId',
    URLPath: 'urlPath',
    USER_ID: 'userId',
    ID: 'id',
    'Full Name': 'fullName',
    übung_äpfel: 'übungÄpfel',
    _: '_',
  };
  for (const [column, key] of Object.entries(keys)) assert.equal(camelCase(column), key);
});

test('a table may name its schema and may be quoted', () => {
  assert.deepEqual(parseTable('calls'), { schema: 'public', table: 'calls' });
  assert.deepEqual(parseTable('crm.calls'), { schema: 'crm', table: 'calls' });
  assert.deepEqual(parseTable('"a.b"."c""d"'), { schema: 'a.b', table: 'c"d' });
  assert.deepEqual(parseTable('"a.b"'), { schema: 'public', table: 'a.b' });
  for (const wrong of ['', '.', 'a.', '.a', 'a.b.c', '"a', 'a"b'])
    assert.equal(parseTable(wrong), null, wrong);
});

test('a path is read step by step', () => {
  const paths = {
    password_hash: ['password_hash'],
    'api_credentials.nested[*].signing_secret': ['api_credentials', 'nested', '*', 'signing_secret'],
    'settings.*.token': ['settings', '*', 'token'],
    'gateways[*]': ['gateways', '*'],
    'matrix[*][*].x': ['matrix', '*', '*', 'x'],
    'settings["smtp.password"].value': ['settings', 'smtp.password', 'value'],
    'settings["a\\"]b"]': ['settings', 'a"]b'],
    '["odd.column"].x': ['odd.column', 'x'],
    'Full Name.first name': ['Full Name', 'first name'],
  };
  for (const [written, steps] of Object.entries(paths))
    assert.deepEqual(parseColumnPath(written), steps, written);
});

test('a path that cannot be read is null, so that no secret is missed by a slip', () => {
  const wrong = [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a[0]',
    'a[*',
    'a[*]b',
    'a*]',
    '*',
    '[*].a',
    'a.[*]',
    'a["b]',
    'a[""]',
  ];
  for (const written of wrong) assert.equal(parseColumnPath(written), null, written);
});

test('a category without a title is called by its name', () => {
  assert.equal(humanise('voipProviders'), 'Voip providers');
  assert.equal(humanise('call_schedules'), 'Call schedules');
});
