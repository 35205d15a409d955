import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { csvFields, csvHeader } from '../../src/chat/csv.ts';
import type { ChannelsRequest } from '../../src/chat/request.ts';
import { hasCode } from '../vault/store-contract.ts';
import { channelsRequest, exportFile, mapping, wanted, whiteRoom } from './chat-product.ts';
import { openProduct } from './opened-product.ts';

const texts = [
  ...['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\tx', '\rx', '\n=1', '=', '-', '＝1+1', `=cmd|' /C calc'!A0`],
  ...[
    '-5',
    '+49123456789',
    '-1.5',
    '1,234.5',
    '-1.5e-07',
    '-5x',
    '-1e',
    'a=1',
    ' =1',
    "'=1",
    '',
    'a "quote", and\r\na line',
    '🦊',
  ],
];
const kept = texts.slice(texts.indexOf('-5')).filter((text) => !['-5x', '-1e'].includes(text));
const values = texts.map(
  (text, index) =>
    `(${index + 100}, 5, 'alice', E'${escaped(text)}', '2021-01-01T00:00:${String(index).padStart(2, '0')}Z')`,
);
const product = await openProduct(
  `insert into chat.posts (id, room, author, body, posted_at) values ${values.join(', ')}`,
);

async function csv(
  t: Parameters<typeof exportFile>[0],
  more: Partial<ChannelsRequest> = {},
): Promise<{ header: string[]; records: Record<string, string>[] }> {
  const request = channelsRequest({ version: 'v2', format: 'csv', ...more });
  const { text, layout } = await exportFile(t, product.snapshot, request);
  assert(!text.includes('CANARY_'), 'something left that must not');
  assert.deepEqual([layout.extension, layout.contentType.split(';')[0]], ['csv', 'text/csv']);
  const [header = [], ...rows] = parseCsv(text);
  for (const row of rows) assert.equal(row.length, header.length);
  return {
    header,
    records: rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']))),
  };
}

describe('a csv file', () => {
  test('has a header and a record for each message', async (t) => {
    const { header, records } = await csv(t);
    assert.deepEqual(header, csvHeader(mapping, []));
    assert.equal(records.length, 6);
    const [first] = records;
    assert.equal(first?.cid, 'livestream:white-room');
    assert.equal(first?.id, '9007199254740993');
    assert.equal(first?.user_name, 'Alice 🦊');
    assert.equal(first?.text, 'first <b>&"\u2028\u0085\t\n\u0001\\ 👩‍👩‍👧');
    assert.equal(first?.created_at, '2020-11-10T09:30:00.000001Z');
    assert.equal(first?.weight, '1.50');
    assert.deepEqual(JSON.parse(first?.reaction_counts ?? ''), { like: 2, '❤️': 1 });
    assert.deepEqual([first?.mentioned_users, first?.pinned_by], ['["bob", "left", "alice"]', undefined]);
    assert.deepEqual([records[2]?.parent_id, first?.parent_id], ['9007199254740993', '']);
    assert.deepEqual([records.at(-2)?.user_id, records.at(-2)?.user_name], ['left', '']);
  });

  test('has one header for several channels, in the order asked for', async (t) => {
    const { records } = await csv(t, { channels: [wanted('livestream', 'empty'), whiteRoom] });
    assert.deepEqual([records[0]?.cid, records.at(-1)?.cid], ['livestream:empty', 'livestream:white-room']);
    assert.equal(records.length, texts.length + 6);
  });

  test('has the fields that are asked for, in that order', async (t) => {
    const { header, records } = await csv(t, {
      includeFields: ['text', 'id', 'reply_count', 'pinned_by', 'weight'],
    });
    assert.deepEqual(header, ['text', 'id', 'reply_count', 'pinned_by', 'weight']);
    assert.deepEqual([records[0]?.pinned_by, records[1]?.pinned_by], ['bob', '']);
    assert.deepEqual(records[0]?.reply_count, '1');
    assert.equal(records.at(-1)?.weight, '-5');
  });

  test('refuses a field that does not exist, and one of which only parts may leave', async () => {
    for (const field of ['nope', 'draft', 'attachments', 'user', '"; drop'])
      assert.throws(() => csvHeader(mapping, ['id', field]), hasCode('invalid_request'));
    assert(!csvFields(mapping).includes('attachments'));
    const open = { ...mapping, messages: withoutOmissions(mapping.messages) };
    assert(csvFields(open).includes('attachments'));
  });

  test('makes formulas harmless and leaves numbers and other texts as they are', async (t) => {
    const { records } = await csv(t, { channels: [wanted('livestream', 'empty')], includeFields: ['text'] });
    assert.deepEqual(
      records.map(({ text }) => text),
      texts.map((text) => (kept.includes(text) ? text : `'${text}`)),
    );
  });

  test('clears the text of deleted messages when asked to', async (t) => {
    const { records } = await csv(t, {
      clearDeletedMessageText: true,
      includeFields: ['type', 'text', 'html'],
    });
    assert.deepEqual(records[3], { type: 'deleted', text: '', html: '' });
  });
});

function withoutOmissions(messages: typeof mapping.messages): typeof mapping.messages {
  const fields = Object.entries(messages.fields).map(([key, { column }]) => [key, { column, omit: [] }]);
  return { ...messages, fields: Object.fromEntries(fields) };
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "''");
}

/** RFC 4180, strictly: every record ends with CRLF. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) throw new Error('This is no csv.');
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
