import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { layOutChatDocument } from '../../src/archive/chat-document.ts';
import { pieceBytes } from '../../src/archive/layout.ts';
import type { StoredPart } from '../../src/archive/stored-part.ts';
import type { ChatRequest, MessageCut } from '../../src/chat/request.ts';
import { lineSeparator, listSeparator } from '../../src/chat/section-names.ts';
import { hasCode } from '../vault/store-contract.ts';
import { channelsRequest, wanted } from './chat-product.ts';

/** Rows of a section in one part, and what stands between them. */
type Rows = [section: string, rows: string[], separator?: Uint8Array];

const twoRooms = [wanted('messaging', 'a'), wanted('messaging', 'b')];

describe('the layout of a v1 file', () => {
  test('is a JSON list, whatever parts its sections lie in', () => {
    const parts: Rows[][] = [
      [
        ['0/channel', ['{"id":"a"}']],
        ['0/messages', ['{"id":1}', '{"id":2}']],
      ],
      [['0/messages', ['{"id":3}']]],
      [
        ['0/messages', []],
        ['0/members', ['{"user_id":"x"}', '{"user_id":"y"}']],
        ['1/channel', ['{"id":"b"}']],
      ],
      [
        ['1/messages', []],
        ['1/members', []],
      ],
    ];
    const { text, layout } = print(channelsRequest({ channels: twoRooms }), [], parts);
    assert.equal(
      text,
      `[
{"channel":{"id":"a"},
"messages":[
{"id":1},
{"id":2},
{"id":3}],
"members":[
{"user_id":"x"},
{"user_id":"y"}]},
{"channel":{"id":"b"},
"messages":[],
"members":[]}
]
`,
    );
    assert.deepEqual([layout.extension, layout.contentType], ['json', 'application/json; charset=utf-8']);
    assert.doesNotThrow(() => JSON.parse(text));
  });

  test('has reads only where they were read', () => {
    const common: Rows[] = [
      ['0/channel', ['{}']],
      ['0/messages', []],
      ['0/members', []],
    ];
    const request = channelsRequest({ channels: twoRooms.slice(0, 1) });
    assert(!print(request, [], [common]).text.includes('"read"'));
    assert.deepEqual(
      JSON.parse(print(request, [], [[...common, ['0/reads', ['{"unread_messages":1}']]]]).text),
      [{ channel: {}, messages: [], members: [], read: [{ unread_messages: 1 }] }],
    );
  });

  test('has no half of a channel that was gone when it was read', () => {
    const parts: Rows[][] = [
      [
        ['0/channel', []],
        ['0/messages', ['{}']],
        ['1/channel', ['{}']],
      ],
    ];
    assert.deepEqual(JSON.parse(print(channelsRequest({ channels: twoRooms }), [], parts).text), [
      { channel: {}, messages: [], members: [] },
    ]);
    assert.deepEqual(JSON.parse(print(channelsRequest(), [], [[['0/channel', []]]]).text), []);
  });
});

describe('the layout of a line-separated file', () => {
  test('says of each line what it is', () => {
    const parts: Rows[][] = [
      [
        ['users', ['{"id":"x"}', '{"id":"y"}'], lineSeparator('user')],
        ['0/channel', ['{"id":"a"}']],
      ],
      [['0/members', ['{}']]],
      [['0/messages', ['{"id":1}', '{"id":2}'], lineSeparator('message')]],
      [
        ['0/messages', ['{"id":3}']],
        ['0/reactions', ['{}']],
        ['0/reads', ['{}']],
      ],
    ];
    const request = channelsRequest({ version: 'v2', exportUsers: true });
    const { text, layout } = print(request, [], parts);
    assert.equal(
      text,
      `{"type":"user","data":{"id":"x"}}
{"type":"user","data":{"id":"y"}}
{"type":"channel","data":{"id":"a"}}
{"type":"member","data":{}}
{"type":"message","data":{"id":1}}
{"type":"message","data":{"id":2}}
{"type":"message","data":{"id":3}}
{"type":"reaction","data":{}}
{"type":"read","data":{}}
`,
    );
    assert.deepEqual(
      [layout.extension, layout.contentType.split(';')[0]],
      ['ndjson', 'application/x-ndjson'],
    );
    assert(!print({ ...request, exportUsers: false }, [], parts).text.includes('"user"'));
  });

  test('of users says a cut right after the user', () => {
    const request: ChatRequest = { about: 'users', userIds: ['x', 'y'], maxMessagesPerUser: 1 };
    const cuts = [{ userId: 'y', messagesTotal: 3, messagesExported: 1 }];
    const parts: Rows[][] = [
      [
        ['0/user', ['{"id":"x"}']],
        ['0/messages', []],
        ['1/user', ['{"id":"y"}']],
        ['1/messages', ['{"id":3}']],
        ['1/calls', ['{}']],
      ],
    ];
    assert.equal(
      print(request, cuts, parts).text,
      `{"type":"user","data":{"id":"x"}}
{"type":"user","data":{"id":"y"}}
{"type":"cut","data":{"user_id":"y","messages_total":3,"messages_exported":1}}
{"type":"message","data":{"id":3}}
{"type":"call","data":{}}
`,
    );
  });
});

test('the layout of a csv file has one header, quoted where it must be', () => {
  const request = channelsRequest({
    format: 'csv',
    version: 'v2',
    channels: twoRooms,
    includeFields: ['id', 'a "b", c'],
  });
  const parts: Rows[][] = [
    [['0/messages', ['1,x\r\n']]],
    [
      ['0/messages', ['2,y\r\n']],
      ['1/messages', ['3,z\r\n']],
    ],
  ];
  assert.equal(print(request, [], parts).text, 'id,"a ""b"", c"\r\n1,x\r\n2,y\r\n3,z\r\n');
});

test('a part with a section that the file has not is damaged', () => {
  for (const section of ['contacts', '0/contacts', 'x/messages', '/messages', '0', '0/toString'])
    assert.throws(() => print(channelsRequest(), [], [[[section, ['{}']]]]), hasCode('archive_damaged'));
});

/** Parts as they would be sealed, and the file that the layout makes of their plaintexts. */
function print(request: ChatRequest, cuts: MessageCut[], parts: Rows[][]) {
  const plaintexts = new Map<string, Buffer>();
  const stored: StoredPart[] = parts.map((sections, index) => {
    const name = `e_1/part-${index}`;
    let plaintext = Buffer.alloc(0);
    const records = sections.map(([category, rows, separator = listSeparator]) => {
      const bytes = Buffer.from(rows.join(Buffer.from(separator).toString()));
      const offset = plaintext.length;
      plaintext = Buffer.concat([plaintext, bytes]);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { category, offset, bytes: bytes.length, rows: rows.length, sha256 };
    });
    plaintexts.set(name, plaintext);
    return { name, sections: records, headSha256: null };
  });
  const layout = layOutChatDocument(request, cuts, stored);
  const pieces = layout.segments.map((segment) =>
    segment.kind === 'text'
      ? segment.bytes
      : (plaintexts.get(segment.part.name) ?? Buffer.alloc(0)).subarray(segment.start, segment.end),
  );
  const text = Buffer.concat(pieces);
  assert.equal(
    text.length,
    layout.segments.reduce((sum, segment) => sum + pieceBytes(segment), 0),
  );
  assert.equal(text.length, layout.sizeBytes);
  return { text: text.toString(), layout };
}
