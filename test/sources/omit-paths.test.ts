import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileOmissions, omitPaths } from '../../src/sources/postgres/omit-paths.ts';

describe('paths that are left out of JSON', () => {
  const cases: [name: string, paths: string[][], json: string, expected: string][] = [
    ['a key of the top', [['password']], '{"a":1,"password":"x","b":2}', '{"a":1,"b":2}'],
    ['a nested key', [['smtp', 'password']], '{"smtp":{"host":"h","password":"x"}}', '{"smtp":{"host":"h"}}'],
    [
      'only there',
      [['smtp', 'password']],
      '{"password":1,"imap":{"password":2}}',
      '{"password":1,"imap":{"password":2}}',
    ],
    ['whole objects and arrays', [['secret']], '{"secret":{"a":[1,{"b":2}]},"c":3}', '{"c":3}'],
    ['the only key', [['a']], ' { "a" : [ ] } ', '{}'],
    [
      'every element',
      [['g', '*', 'p']],
      '{"g":[{"p":1,"q":2},{"p":3},4,[{"p":5}]]}',
      '{"g":[{"q":2},{},4,[{}]]}',
    ],
    ['every key', [['g', '*', 'p']], '{"g":{"x":{"p":1},"y":{"p":2,"q":3}}}', '{"g":{"x":{},"y":{"q":3}}}'],
    ['all there is', [['g', '*']], '{"g":{"x":1},"h":2}', '{"g":{},"h":2}'],
    ['all elements', [['g', '*']], '{"g":[1,{"x":2}],"h":2}', '{"g":[],"h":2}'],
    ['one element by its number', [['g', '1']], '{"g":["a","b","c"]}', '{"g":["a","c"]}'],
    ['the same key twice', [['p']], '{"p":1,"q":2,"p":3}', '{"q":2}'],
    [
      'an escaped key',
      [['password']],
      '{"pass\\u0077ord":1,"\\u0070assword":2,"passwor\\u0064x":3}',
      '{"passwor\\u0064x":3}',
    ],
    ['a key with a quote and a slash', [['a"/b']], '{"a\\"\\/b":1,"c":2}', '{"c":2}'],
    [
      'a key beyond ASCII',
      [['schlüssel😀']],
      '{"schl\\u00fcssel\\ud83d\\ude00":1,"schlüssel😀":2,"x":3}',
      '{"x":3}',
    ],
    [
      'a key among strings that look like it',
      [['p']],
      '{"a":"\\"p\\":1,","b":["{\\"p\\":2}"],"p":3}',
      '{"a":"\\"p\\":1,","b":["{\\"p\\":2}"]}',
    ],
    ['several paths', [['a', 'b'], ['a', 'c'], ['d']], '{"a":{"b":1,"c":2,"e":3},"d":4}', '{"a":{"e":3}}'],
    ['a path below another', [['a'], ['a', 'b']], '{"a":{"b":1},"c":2}', '{"c":2}'],
    [
      'a list where one was expected',
      [['smtp', 'password']],
      '{"smtp":[{"password":1,"h":2},[{"password":3}]]}',
      '{"smtp":[{"h":2},[{}]]}',
    ],
    ['one where a list was expected', [['g', '*', 'p']], '{"g":{"p":1,"q":2}}', '{"g":{"q":2}}'],
    ['below a list at the top', [['p']], '[{"p":1,"q":2},{"p":3}]', '[{"q":2},{}]'],
    ['nothing of a scalar', [['p']], '"{\\"p\\":1}"', '"{\\"p\\":1}"'],
    ['nothing of a text that holds JSON', [['a', 'p']], '{"a":"{\\"p\\":1}"}', '{"a":"{\\"p\\":1}"}'],
    [
      'nothing else: digits, order, duplicates',
      [['x']],
      '{"z":1.50,"a":12345678901234567890,"a":-0,"b":1E400}',
      '{"z":1.50,"a":12345678901234567890,"a":-0,"b":1E400}',
    ],
    [
      'nothing else: escapes and lone surrogates',
      [['x']],
      '{"a":"\\u0000\\ud800\\/","x":1}',
      '{"a":"\\u0000\\ud800\\/"}',
    ],
    [
      'across spaces and line breaks',
      [['p']],
      '{ "a" : 1 ,\n "p" : { } ,\n "b" : [ ] }',
      '{"a" : 1,"b" : [ ]}',
    ],
  ];
  for (const [name, paths, json, expected] of cases) {
    test(`leaves out ${name}`, () => assert.equal(omit(json, paths), expected));
  }

  test('works in JSON that is nested deeper than calls can be', () => {
    const depth = 200_000;
    const json = `${'['.repeat(depth)}{"p":1,"q":2}${']'.repeat(depth)}`;
    assert.equal(omit(json, [['p']]), json.replace('"p":1,', ''));
    const objects = `${'{"a":'.repeat(depth)}{"p":1}${'}'.repeat(depth)}`;
    assert.equal(omit(objects, [['p']]), objects);
  });

  test('agrees with the same rule applied to parsed values, on any document and paths', () => {
    const key = fc.constantFrom('a', 'b', 'p', '0', '1', 'é', 'x"y', '');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const paths = fc.array(fc.array(fc.oneof(key, fc.constant('*')), { minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(value, paths, fc.constantFrom(undefined, 2, '\t'), (value, paths, space) => {
        const text = JSON.stringify(value, null, space);
        assert.deepEqual(JSON.parse(omit(text, paths)), without(value, paths));
      }),
      { numRuns: 2_000 },
    );
  });

  test('changes nothing when no path is there', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        assert.equal(omit(json, [['no such key', 'below']]), JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  test('refuses an empty path', () => {
    assert.throws(() => compileOmissions([[]]), /at least one key/);
  });
});

function omit(json: string, paths: string[][]): string {
  const bytes = Buffer.from(`before${json}after`);
  const end = omitPaths(bytes, 6, bytes.length - 5, compileOmissions(paths));
  return bytes.toString('utf8', 6, end);
}

/** The rule, written for parsed values: each path is tried on its own, in every way that it can be read. */
function without(value: unknown, paths: string[][]): unknown {
  if (Array.isArray(value)) {
    return value
      .map((element, index) => ({ element, below: [...paths, ...step(paths, String(index))] }))
      .filter(({ below }) => !below.some((path) => path.length === 0))
      .map(({ element, below }) => without(element, below));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, member]) => ({ key, member, below: step(paths, key) }))
        .filter(({ below }) => !below.some((path) => path.length === 0))
        .map(({ key, member, below }) => [key, without(member, below)]),
    );
  }
  return value;
}

function step(paths: string[][], key: string): string[][] {
  return paths.flatMap(([first, ...rest]) => {
    if (first !== '*') return first === key ? [rest] : [];
    // A star is this key, or nothing (as long as a name follows).
    const named = rest.findIndex((segment) => segment !== '*');
    const skipped = named !== -1 && rest[named] === key ? [rest.slice(named + 1)] : [];
    return [rest, ...skipped];
  });
}
