import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../support/postgres.ts';
import { errorsOf, type Walked, walk } from './walk.ts';

describe('tables of every shape', () => {
  let walked: Walked;
  before(async () => {
    const url = await database('shapes.sql');
    walked = await walk({ url, subjectTable: 'clients', subject: '7', sample: true });
  });
  const rows = (category: string) => walked.data[category] ?? assert.fail(`no category ${category}`);

  test('nothing of another client is in the archive, the counts balance, and a check finds no error', () => {
    assert.doesNotMatch(walked.document, /foreign/);
    assert.deepEqual([walked.gaps, errorsOf(walked)], [[], []]);
  });

  test('a partitioned table of which only the partitions have foreign keys is one category', () => {
    assert.deepEqual(
      rows('events').map(({ what }) => what),
      ['mail', 'call', 'visit'],
    );
    assert.ok(Object.keys(walked.data).every((category) => !/^events.+/.test(category)));
  });

  test('a row of an inheriting table is in the archive once, with the columns of its own', () => {
    assert.equal(walked.document.split('lease').length - 1, 1);
    assert.deepEqual(
      [
        rows('documents').map(({ title }) => title),
        rows('contracts').map(({ title, signedOn }) => [title, signedOn]),
      ],
      [['letter'], [['lease', '2025-01-01']]],
    );
  });

  test('composite keys are followed in whatever order their columns stand', () => {
    assert.deepEqual(
      [rows('sites'), rows('rooms'), rows('roomKeysHandedOut')].map(({ length }) => length),
      [1, 1, 1],
    );
    assert.equal(rows('roomKeysHandedOut')[0]?.holder, 'the porter');
  });

  test('two equal rows of a table without a key are both there', () => {
    assert.deepEqual(
      rows('visits').map(({ page }) => page),
      ['/', '/'],
    );
  });

  test('trees and circles of tables end, and leave nothing out', () => {
    assert.deepEqual(
      rows('folders').map(({ name }) => name),
      ['root', 'leaf'],
    );
    assert.deepEqual(
      rows('files').map(({ name }) => name),
      ['picture'],
    );
  });

  test('of a many-to-many the joins are the subject’s, and the list that everybody chooses from is not', () => {
    assert.deepEqual(rows('fileTags'), [{ fileId: 10, tagId: 1 }]);
    assert.equal(walked.data.tags, undefined);
  });

  test('a polymorphic owner is told by its type: the id of another kind of owner counts for nothing', () => {
    assert.deepEqual(
      rows('remarks').map(({ body }) => body),
      ['mine', 'of me'],
    );
  });

  test('a type beside a table’s own name is a polymorphic owner only if it was seen to name tables', () => {
    assert.deepEqual(
      rows('signatures').map(({ signedAs }) => signedAs),
      ['Seven'],
    );
    assert.deepEqual(
      rows('memberships').map(({ level }) => level),
      ['gold'],
    );
  });

  test('quoted names and reserved words are read as they are written', () => {
    assert.deepEqual(
      rows('order').map(({ select, user, desc }) => [select, user, desc]),
      [['from', 'where', 'asc']],
    );
    assert.deepEqual(Object.values(rows('orderItem')[0] ?? {}), [1, 1, 'left']);
  });

  test('tables of one name in two schemas are two categories', () => {
    const invoices = Object.keys(walked.data).filter((category) => /invoices/i.test(category));
    assert.equal(invoices.length, 2);
    assert.deepEqual(invoices.flatMap((category) => rows(category)).length, 2);
    assert.equal(rows('lines')[0]?.what, 'rent');
  });
});

describe('a row with a value of every type that people forget', () => {
  let walked: Walked;
  before(async () => {
    const url = await database('types.sql');
    walked = await walk({ url, subjectTable: 'subscribers', subject: '9007199254740993', sample: true });
  });

  test('goes the whole way, alone, and a check finds no error', () => {
    assert.equal(walked.data.oddities?.length, 1);
    assert.doesNotMatch(walked.document, /foreign/);
    assert.deepEqual([walked.gaps, errorsOf(walked)], [[], []]);
  });

  const kept: Record<string, string> = {
    'an enum': '"mood":"stormy"',
    'an array of enums with a null': '"moods":["calm","stormy",null]',
    'a domain over an extension’s type': '"contact":"A@b.example"',
    'a domain over numeric': '"weight":0.5',
    'a composite': '"spot":{"x":1,"y":2,"label":"a \\"b\\", c"}',
    'an array of composites': '"spots":[{"x":3,"y":4,"label":"d"}]',
    'a range': '"span":"[1,5)"',
    'an hstore': '"tags":{',
    citext: '"nick":"Nick"',
    ltree: '"path":"a.b"',
    'inet with its mask': '"ip":"192.168.0.1/24"',
    'an interval': '"lasted":"P1Y-3DT4H5M6.789S"',
    money: '"price":"$1,234.56"',
    bits: '"bits":"10110"',
    'a base type that no driver knows': '"place":"POINT(1 2)"',
    'an array of it': '"places":["POINT(3 4)"]',
    'a matrix': '"matrix":[[1,2],[3,4]]',
    'a generated column': '"twice":4611686018427387903',
    'a bigint above 2^53': '"big":9223372036854775807',
    'the subject’s own id above 2^53': '"id":9007199254740993',
    'a numeric of 40 digits': '"exact":1234567890123456789012345678901234567890.5',
    NaN: '"ratio":"NaN"',
    'infinities in an array': '"ratios":["-Infinity","NaN",0.1]',
    'a date before Christ': '"day":"0044-03-15 BC"',
    'an infinite date and one of the year 12026': '"days":["infinity","12026-01-01"]',
    'json with a key twice': '"a": 1.50, "a": [null]',
    'json with an escaped zero': '"\\u0000"',
    'a numeric inside of jsonb': '12345678901234567890.10',
    'bytes with zeros': '"photo":"AP8A"',
  };
  for (const [what, text] of Object.entries(kept)) {
    test(`${what} is in the archive as it is`, () => {
      assert.ok(walked.document.includes(text), `${text} in ${walked.document.slice(0, 4_000)}`);
    });
  }

  test('what is made from other columns for searching stays', () => {
    assert.ok(!('words' in (walked.data.oddities?.[0] ?? {})));
  });

  test('xml, of which no part could stay by itself, stays until a person has looked', () => {
    assert.ok(!('doc' in (walked.data.oddities?.[0] ?? {})));
    assert.ok(walked.summary.questions.some(({ place }) => place === 'oddities.doc'));
  });
});

describe('what a role may see', () => {
  let walked: Walked;
  before(async () => {
    const url = await database('rights.sql');
    walked = await walk({ url: await asReader(url), subjectTable: 'members', subject: '7', sample: true });
  });

  test('nothing of another member and no secret is in the archive, and a check finds no error', () => {
    assert.doesNotMatch(walked.document, /foreign|CANARY_/);
    assert.deepEqual([walked.gaps, errorsOf(walked)], [[], []]);
  });

  test('rows that were deleted softly are exported, and the page says so', () => {
    assert.deepEqual(
      walked.data.letters?.map(({ body }) => body),
      ['kept', 'thrown away'],
    );
    assert.deepEqual(
      walked.data.parcels?.map(({ contents }) => contents),
      ['a box', 'gone'],
    );
    const { description } = walked.kind.categories.find(({ name }) => name === 'letters') ?? {};
    assert.match(JSON.stringify(description), /[Dd]eleted/);
  });

  test('a column that the role may not read stays, and is named', () => {
    assert.deepEqual(walked.data.ledgers, [{ id: 1, memberId: 7, amount: 100 }]);
    const ledgers = walked.kind.categories.find(({ name }) => name === 'ledgers');
    assert.deepEqual(
      ledgers?.leftOut.map(({ what }) => what),
      ['staff_rating'],
    );
  });

  test('a table whose rows row-level security hides is left out with a question, and never half exported', () => {
    assert.ok(walked.kind.leftOut.some(({ what }) => what === 'diaries'));
    assert.ok(walked.summary.questions.some(({ place }) => place === 'diaries'));
  });

  test('views are not drafted, so none shows a secret under another name', () => {
    assert.deepEqual(Object.keys(walked.data).sort(), ['ledgers', 'letters', 'members', 'parcels']);
    assert.deepEqual(walked.summary.notDrafted.sort(), ['letter_counts', 'member_cards', 'open_letters']);
  });
});

/** A database with what a file of `awkward/` makes. */
async function database(file: string): Promise<string> {
  const url = await (await sharedPostgres()).createDatabase();
  await run(url, readFileSync(new URL(`awkward/${file}`, import.meta.url), 'utf8'));
  return url;
}

/** The same database for a role that reads only, and not every column. */
async function asReader(url: string): Promise<string> {
  const name = `reader_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  await run(
    url,
    `create role ${name} login password '${password}';
     grant select on members, letters, parcels, diaries, member_cards, open_letters, letter_counts to ${name};
     grant select (id, member_id, amount) on ledgers to ${name};`,
  );
  return Object.assign(new URL(url), { username: name, password }).href;
}

async function run(url: string, sql: string): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    await db.query(sql);
  } finally {
    await db.end();
  }
}
