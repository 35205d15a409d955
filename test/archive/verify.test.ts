import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { lineSeparator, listSeparator } from '../../src/chat/section-names.ts';
import { createSigner } from '../../src/vault/signer.ts';
import { channelsRequest, wanted } from '../chat/chat-product.ts';
import { hasCode } from '../vault/store-contract.ts';
import { type Proved, provedChatFile, provedDocument, signedAgain, verify } from './proved.ts';

describe('a file that is the one of its manifest', () => {
  test('is proved, however its bytes come', async (t) => {
    const proved = await provedDocument(t);
    for (const chunk of [1, 7, 64, 1_000_000]) {
      const { finding, signature } = await verify(proved, [proved.signer.publicKey], chunk);
      assert.deepEqual([finding, signature], [null, 'trusted']);
    }
  });

  test('is not said to be of anybody where no key was given', async (t) => {
    const proved = await provedDocument(t);
    const { finding, signature, keyId } = await verify(proved);
    assert.deepEqual([finding, signature], [null, 'unknown']);
    assert.equal(keyId, proved.manifest.signature?.keyId);
    const unsigned = { ...proved.manifest, signature: null };
    assert.equal((await verify({ ...proved, manifest: unsigned })).signature, 'none');
  });

  test('has rows, sizes and hashes that a plain program finds again', async (t) => {
    const { file, manifest } = await provedDocument(t);
    const { data } = JSON.parse(file.toString());
    for (const { name, rows, bytes, offset } of manifest.categories) {
      assert.equal(data[name].length, rows, name);
      if (offset === null) assert.equal(rows, 0);
      else assert.equal(JSON.parse(`[${file.subarray(offset, offset + bytes)}]`).length, rows, name);
    }
  });
});

/** By what was done to the file: what is said of it. */
const tampered: Record<string, { change: (file: string) => string; says: RegExp; category: string | null }> =
  {
    'a byte of a row was flipped': {
      change: (file) => file.replace('+49 3', '+49 8'),
      says: /^"calls", from byte 2\d\d, has the right number of rows and bytes, but they are not those that were written/,
      category: 'calls',
    },
    'a quote was flipped': {
      change: (file) => file.replace('"one"', '"one '),
      says: /^At byte \d+, row 1 of "notes" is broken: a text is not closed\.$/,
      category: 'notes',
    },
    'a bracket was flipped': {
      change: (file) => file.replace('{"id":7}', '{"id":7 '),
      says: /^At byte \d+, row 8 of "calls" is broken: it ends too early\.$/,
      category: 'calls',
    },
    'two rows changed places': {
      change: (file) =>
        file
          .replace('{"id":1,"body":"one"}', '{"id":2,"body":"two"}')
          .replace(/\{"id":2,"body":"two"\}\n/, '{"id":1,"body":"one"}\n'),
      says: /^"notes", from byte \d+, has the right number of rows and bytes, but they are not/,
      category: 'notes',
    },
    'a row stands there twice': {
      change: (file) => file.replace(/( *\{"id":7\})/, '$1,\n$1'),
      says: /^"calls", from byte \d+, has 9 rows; the manifest says 8\.$/,
      category: 'calls',
    },
    'a row is missing': {
      change: (file) => file.replace(/,\n *\{"id":7\}/, ''),
      says: /^"calls", from byte \d+, has 7 rows; the manifest says 8\.$/,
      category: 'calls',
    },
    'a row is longer': {
      change: (file) => file.replace('"two"', '"two more"'),
      says: /^"notes", from byte \d+, has 55 bytes; the manifest says 50\.$/,
      category: 'notes',
    },
    'it was cut off in a row': {
      change: (file) => file.slice(0, file.indexOf('"body":"two"')),
      says: /^The file is cut off after byte \d+, in "notes", within row 2: the manifest says 6\d\d bytes\.$/,
      category: 'notes',
    },
    'it was cut off between categories': {
      change: (file) => file.slice(0, file.indexOf('"notes"')),
      says: /^The file is cut off after byte \d+, where "notes" should begin: the manifest says/,
      category: 'notes',
    },
    'its last byte is missing': {
      change: (file) => file.slice(0, -1),
      says: /^The file is cut off after byte \d+, behind the last category: the manifest says/,
      category: null,
    },
    'something was appended': {
      change: (file) => `${file} `,
      says: /^The file goes on behind its end, from byte 6\d\d: the manifest says 6\d\d bytes\.$/,
      category: null,
    },
    'two categories changed places': {
      change: (file) =>
        file.replace('"users"', '"USERS"').replace('"calls"', '"users"').replace('"USERS"', '"calls"'),
      says: /^"calls" begins at byte \d+, where "users" should: the categories stand in another order\.$/,
      category: 'users',
    },
    'a category was put in': {
      change: (file) => file.replace('\n    "notes"', '\n    "more": [],\n    "notes"'),
      says: /^"more" begins at byte \d+, where "notes" should: the manifest knows no such category\.$/,
      category: 'notes',
    },
    'it is of another account': {
      change: (file) => file.replace('"accountId": "a_42"', '"accountId": "a_43"'),
      says: /^At byte 47, before the first category, the file does not go on as it was written\.$/,
      category: null,
    },
    'it was formatted anew': {
      change: (file) => JSON.stringify(JSON.parse(file)),
      says: /^At byte 1, before the first category, the file does not go on as it was written\.$/,
      category: null,
    },
    'it is empty': {
      change: () => '',
      says: /^The file is cut off after byte 0, before the first category/,
      category: null,
    },
  };

describe('of a document of which', () => {
  for (const [what, { change, says, category }] of Object.entries(tampered)) {
    test(`${what}, that is said, and where`, async (t) => {
      const proved = await provedDocument(t);
      const file = Buffer.from(change(proved.file.toString()));
      assert.notDeepEqual(file, proved.file);
      for (const chunk of [1, 11, 1_000_000]) {
        const { finding } = await verify({ ...proved, file }, null, chunk);
        assert.match(finding?.sentence ?? '', says);
        assert.equal(finding?.category, category);
      }
    });
  }

  test('any one byte is another, something is said', async (t) => {
    const proved = await provedDocument(t);
    for (let at = 0; at < proved.file.length; at++) {
      const file = Buffer.from(proved.file);
      file[at] = (file[at] ?? 0) ^ 0x01;
      assert.ok((await verify({ ...proved, file }, null, 1_000_000)).finding, `byte ${at}`);
    }
  });
});

describe('a manifest', () => {
  const counted = (proved: Proved, changes: object) =>
    proved.manifest.categories.map((category) =>
      category.name === 'calls' ? { ...category, ...changes } : category,
    );

  test('that was changed after it was signed is refused, whatever member it is', async (t) => {
    const proved = await provedDocument(t);
    const changes: object[] = [
      { categories: counted(proved, { rows: 9, rowsInScope: 9 }) },
      { snapshotAt: '2026-02-28T12:00:00.987655Z' },
      { export: { ...proved.manifest.export, subject: 'a_43' } },
      { more: 'than there was' },
    ];
    for (const change of changes) {
      const { finding } = await verify({ ...proved, manifest: { ...proved.manifest, ...change } });
      assert.equal(
        finding?.sentence,
        'The manifest was changed after it was signed: its signature does not fit.',
      );
    }
  });

  test('that is signed by another key than the one that was given is refused', async (t) => {
    const proved = await provedDocument(t);
    const other = createSigner(randomBytes(32));
    const { finding, signature } = await verify(proved, [other.publicKey]);
    assert.match(
      finding?.sentence ?? '',
      /^The manifest is signed by another key \([\w-]{43}\) than the one that was given\.$/,
    );
    assert.equal(signature, 'unknown');
    const unsigned = { ...proved, manifest: { ...proved.manifest, signature: null } };
    const { finding: none } = await verify(unsigned, [other.publicKey]);
    assert.equal(none?.sentence, 'The manifest is not signed, so it proves nothing to that key.');
  });

  test('that says other things of the file than there are is found out, though it is signed', async (t) => {
    const proved = await provedDocument(t);
    const { file } = proved.manifest;
    const cases: [Parameters<typeof signedAgain>[1], RegExp][] = [
      [
        { categories: counted(proved, { rows: 9, rowsInScope: 9 }) },
        /^"calls", .* has 8 rows; the manifest says 9\.$/,
      ],
      [
        { categories: counted(proved, { rows: 9 }) },
        /^The manifest contradicts itself: the counts of "calls" do not/,
      ],
      [{ complete: false }, /^The manifest contradicts itself: it has gaps/],
      [
        { categories: counted(proved, { offset: 200 }) },
        /^"calls" begins at byte 2\d\d; the manifest says 200\.$/,
      ],
      [
        { categories: counted(proved, { offset: null }) },
        /^The manifest contradicts itself: "calls" cannot lie where it says\.$/,
      ],
      [
        { categories: counted(proved, { sha256: 'f'.repeat(64) }) },
        /^"calls", .* not those that were written/,
      ],
      [
        { file: { ...file, sha256: 'f'.repeat(64) } },
        /^All rows are those that were written, but the file around them/,
      ],
      [{ file: { ...file, bytes: 1 } }, /^The file has 6\d\d bytes; the manifest says 1\.$/],
    ];
    for (const [changes, says] of cases) {
      const manifest = await signedAgain(proved, changes);
      assert.match(
        (await verify({ ...proved, manifest }, [proved.signer.publicKey])).finding?.sentence ?? '',
        says,
      );
    }
  });

  test('that is none is refused, with the place that shows it', async (t) => {
    const { file, manifest } = await provedDocument(t);
    const broken = {
      ...manifest,
      file: { ...manifest.file, bytes: 'many' },
    } as unknown as Proved['manifest'];
    await assert.rejects(verify({ file, manifest: broken }), /This is no manifest: file\.bytes: /);
    await assert.rejects(verify({ file, manifest: [] as never }), hasCode('manifest_invalid'));
    await assert.rejects(
      verify({ file, manifest: { ...manifest, snapshotAt: 'yesterday' } }),
      /: snapshotAt: /,
    );
  });
});

test('words of a manifest that a terminal would obey are refused, whoever signed it', async (t) => {
  const proved = await provedDocument(t);
  const { categories, signature, snapshotAt } = proved.manifest;
  assert.ok(signature);
  const forged = '\u001b[2K\nsignature by the key that was given';
  for (const words of [
    { snapshotAt: snapshotAt + forged },
    { categories: categories.map((category) => ({ ...category, name: category.name + forged })) },
    { signature: { ...signature, keyId: signature.keyId + forged } },
  ]) {
    const manifest = { ...proved.manifest, ...words };
    await assert.rejects(verify({ ...proved, manifest }), hasCode('manifest_invalid'));
  }
});

describe('a file of the server door', () => {
  const channel = (index: number, messages: object[], separator: Uint8Array) => [
    { category: `${index}/channel`, rows: [{ id: index }], separator },
    { category: `${index}/messages`, rows: messages, separator },
    { category: `${index}/members`, rows: [], separator },
  ];
  const messages = [
    { id: 1, text: 'one' },
    { id: 2, text: 'two' },
    { id: 3, text: 'three' },
  ];
  const two = [wanted('messaging', 'a'), wanted('messaging', 'b')];
  const formats = {
    'JSON list': [channelsRequest({ channels: two }), listSeparator],
    lines: [channelsRequest({ channels: two, version: 'v2' }), lineSeparator('message')],
  } as const;
  for (const [name, [request, separator]] of Object.entries(formats)) {
    test(`is proved and found out as ${name}, by the whole and by sections`, async (t) => {
      const parts = [channel(0, messages, separator), channel(1, messages.slice(1), separator)];
      const proved = await provedChatFile(t, request, parts);
      assert.equal((await verify(proved, [proved.signer.publicKey])).finding, null);
      const text = proved.file.toString();
      const says = async (file: string) =>
        (await verify({ ...proved, file: Buffer.from(file) })).finding?.sentence;
      assert.match(
        (await says(text.replace('three', 'threE'))) ?? '',
        /^"0\/messages", from byte \d+, .* not those/,
      );
      assert.match((await says(text.slice(0, -20))) ?? '', /^The file is cut off after byte \d+, /);
      assert.match((await says(`${text}\n`)) ?? '', /^The file goes on behind its end, from byte \d+/);
      assert.match(
        (await says(text.replace('"channel"', '"CHANNEL"'))) ?? '',
        /^All rows are those that were written, but/,
      );
      const beyond = proved.manifest.categories.map((category) =>
        category.name === '1/messages' ? { ...category, offset: proved.file.length } : category,
      );
      const elsewhere = await signedAgain(proved, { categories: beyond });
      assert.match(
        (await verify({ ...proved, manifest: elsewhere })).finding?.sentence ?? '',
        /^The file is cut off after byte \d+, before "1\/messages"/,
      );
      const twice = `{"id":2,"text":"two"}${Buffer.from(separator)}`;
      assert.match((await says(text.replace(twice, twice + twice))) ?? '', /^"0\/messages", from byte/);
    });
  }
});
