import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { archiveFileName, contentDisposition } from '../../src/archive/file-name.ts';

const common = { snapshotAt: '2026-02-28T12:00:00.123456Z', extension: 'json' };

describe('the name of the file', () => {
  for (const [productName, accountId, name] of [
    ['Acme', 'a_42', 'acme-data-export-a_42.json'],
    ['Acme Voice & Co.', '42', 'acme-voice-co-data-export-42.json'],
    ['Müller', 'a_42', 'müller-data-export-a_42.json'],
    ['電話', 'a_42', '電話-data-export-a_42.json'],
    ['!!!', 'a_42', 'data-export-a_42.json'],
    [
      'Acme',
      '5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11',
      'acme-data-export-5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11.json',
    ],
    ['Acme', '../../etc/passwd', 'acme-data-export-2026-02-28.json'],
    ['Acme', 'name with "quotes"', 'acme-data-export-2026-02-28.json'],
    ['Acme', 'x'.repeat(65), 'acme-data-export-2026-02-28.json'],
    ['Acme', '.hidden', 'acme-data-export-2026-02-28.json'],
    ['Acme', '', 'acme-data-export-2026-02-28.json'],
  ] as const) {
    test(`of ${JSON.stringify(productName)} for ${JSON.stringify(accountId)} is ${name}`, () => {
      assert.equal(archiveFileName({ productName, accountId, ...common }), name);
    });
  }

  test('stays short and whole when the name of the product is long', () => {
    const name = archiveFileName({ productName: '😀a'.repeat(80), accountId: 'a_1', ...common });
    assert(name.isWellFormed() && name.length < 200);
    const letters = archiveFileName({ productName: '𝒜'.repeat(80), accountId: 'a_1', ...common });
    assert(letters.isWellFormed());
  });
});

describe('the Content-Disposition of a download', () => {
  for (const [name, value] of [
    ['acme-data-export-a_42.json', 'attachment; filename="acme-data-export-a_42.json"'],
    ['müller.json', `attachment; filename="muller.json"; filename*=UTF-8''m%C3%BCller.json`],
    ['電話.json', `attachment; filename="_.json"; filename*=UTF-8''%E9%9B%BB%E8%A9%B1.json`],
    ["it's (é)*.json", `attachment; filename="it's (e)_.json"; filename*=UTF-8''it%27s%20%28%C3%A9%29_.json`],
    ['a"b\\c\r\nSet-Cookie: x.json', 'attachment; filename="a_b_c__Set-Cookie_ x.json"'],
    ['a/../b%2e.json', 'attachment; filename="a_.._b_2e.json"'],
    ['x\u202egnp.json', 'attachment; filename="x_gnp.json"'],
    ['\ud800.json', `attachment; filename="_.json"; filename*=UTF-8''%EF%BF%BD.json`],
  ] as const) {
    test(`for ${JSON.stringify(name)}`, () => assert.equal(contentDisposition(name), value));
  }
});
