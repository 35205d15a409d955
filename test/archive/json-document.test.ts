import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { layOutJsonDocument } from '../../src/archive/json-document.ts';
import type { JsonDocument } from '../../src/archive/json-frame.ts';
import type { StoredPart } from '../../src/archive/stored-part.ts';
import { collect } from '../vault/bytes.ts';
import { hasCode } from '../vault/store-contract.ts';
import { anExport, openDocument, printDocument, type Rows, writeParts } from './archive-folder.ts';

const head: JsonDocument = {
  accountId: 'a_42',
  snapshotAt: '2026-02-28T12:00:00.987654Z',
  categories: ['account', 'users', 'contacts'],
};

describe('the JSON document', () => {
  test('is, byte for byte, what the account door promises', async (t) => {
    const anyExport = await anExport(t);
    const parts = await writeParts(anyExport, [
      [
        { category: 'account', rows: [{ id: 'a_42', name: 'Zoë' }] },
        { category: 'users', rows: [] },
      ],
      [{ category: 'contacts', rows: [{ id: 1 }, { id: 2 }] }],
      [{ category: 'contacts', rows: [{ id: 3 }] }],
    ]);
    const document = (await collect(openDocument(anyExport, head, parts).read())).toString();
    assert.equal(
      document,
      `{
  "exportVersion": "1.0",
  "accountId": "a_42",
  "exportedAt": "2026-02-28T12:00:00Z",
  "data": {
    "account": [
      {"id":"a_42","name":"Zoë"}
    ],
    "users": [],
    "contacts": [
      {"id":1},
      {"id":2},
      {"id":3}
    ]
  }
}
`,
    );
  });

  test('says its size before any part was read', () => {
    const layout = layOutJsonDocument({ ...head, categories: ['account'] }, [
      part('p', ['account', 1000, 3]),
    ]);
    const printed = printDocument({ ...head, categories: ['account'] }, [
      [{ category: 'account', rows: [{}] }],
    ]);
    assert.equal(layout.sizeBytes, printed.length - '{}'.length + 1000);
  });

  test('holds any account id, quoted as JSON', () => {
    for (const accountId of ['"', '\\', '\n', 'a\u0000b', '\u2028', 'Ünï', '😀', '\ud800', '</script>']) {
      const layout = layOutJsonDocument({ ...head, accountId }, []);
      assert.equal(JSON.parse(textOf(layout.segments)).accountId, accountId);
    }
  });

  test('has an empty list for every category without rows, and no category at all is an empty object', () => {
    assert.deepEqual(JSON.parse(textOf(layOutJsonDocument(head, []).segments)).data, {
      account: [],
      users: [],
      contacts: [],
    });
    const none = textOf(layOutJsonDocument({ ...head, categories: [] }, []).segments);
    assert.match(none, /"data": \{\}\n\}\n$/);
    JSON.parse(none);
  });

  test('keeps the categories in order when the parts come in another, and a part of no rows leaves no joint', async (t) => {
    const anyExport = await anExport(t);
    const rows: Rows[][] = [
      [{ category: 'contacts', rows: [] }],
      [{ category: 'contacts', rows: [{ id: 1 }] }],
      [
        { category: 'users', rows: [{ id: 'u' }] },
        { category: 'account', rows: [{ id: 'a' }] },
      ],
      [{ category: 'contacts', rows: [] }],
      [{ category: 'contacts', rows: [{ id: 2 }] }],
      [{ category: 'contacts', rows: [] }],
    ];
    const parts = await writeParts(anyExport, rows);
    const bytes = await collect(openDocument(anyExport, head, parts).read());
    assert.deepEqual(bytes, printDocument(head, rows));
  });

  test('equals what a plain program prints, however the rows are spread over parts, sections and chunks', async (t) => {
    const anyExport = await anExport(t);
    const row = fc.record({ id: fc.integer(), text: fc.string({ unit: 'binary', maxLength: 20 }) });
    const sections = fc.uniqueArray(
      fc.record({ category: fc.constantFrom(...head.categories), rows: fc.array(row, { maxLength: 8 }) }),
      { selector: ({ category }) => category, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(sections, { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, some) => {
          const parts = await writeParts(anyExport, rows, some);
          const archive = openDocument(anyExport, head, parts);
          const printed = printDocument(head, rows);
          assert.deepEqual(await collect(archive.read()), printed);
          assert.equal(archive.sizeBytes, printed.length);
          JSON.parse(printed.toString());
        },
      ),
      { numRuns: 40 },
    );
  });

  test('takes whole seconds from an instant with or without a fraction, and no other form of one', () => {
    for (const snapshotAt of ['2026-02-28T12:00:00Z', '2026-02-28T12:00:00.999999Z']) {
      assert.match(
        textOf(layOutJsonDocument({ ...head, snapshotAt }, []).segments),
        /"2026-02-28T12:00:00Z"/,
      );
    }
    for (const snapshotAt of ['2026-02-28', '2026-02-28T12:00:00+01:00', '']) {
      assert.throws(() => layOutJsonDocument({ ...head, snapshotAt }, []), TypeError);
    }
  });

  test('refuses parts whose record does not add up, rather than hand over a file with a hole', () => {
    const gap = part('p', ['account', 10, 1], ['users', 10, 1]);
    const [, second] = gap.sections;
    assert(second);
    second.offset = 11;
    for (const parts of [
      [gap],
      [part('p', ['account', 0, 1])],
      [part('p', ['account', 5, 0])],
      [part('p', ['x', 5, 1])],
    ]) {
      assert.throws(() => layOutJsonDocument(head, parts), hasCode('archive_damaged'));
    }
  });
});

function part(name: string, ...sections: [category: string, bytes: number, rows: number][]): StoredPart {
  let offset = 0;
  return {
    name,
    headSha256: null,
    sections: sections.map(([category, bytes, rows]) => {
      offset += bytes;
      return { category, offset: offset - bytes, bytes, rows, sha256: '' };
    }),
  };
}

function textOf(segments: ReturnType<typeof layOutJsonDocument>['segments']): string {
  return segments
    .map((segment) => (segment.kind === 'text' ? Buffer.from(segment.bytes).toString() : ''))
    .join('');
}
