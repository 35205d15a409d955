import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutLiterals } from '../../src/tracing/without-literals.ts';

test('a statement keeps its names and loses its texts, numbers and comments', () => {
  const statements: [string, string][] = [
    [`select "it's" from t where a = 'x''y' and b = 'z'`, `select "it's" from t where a = ? and b = ?`],
    [String.raw`select 1 where a =  E'it\'s \\' and b='c\'`, 'select ? where a = ? and b=?'],
    ['where a = $$it is$$ and b = $tag$a $$ b$tag$', 'where a = ? and b = ?'],
    ['where e164 = 49170 and x1 > -1.5e3 and y = .5', 'where e164 = ? and x1 > -? and y = ?'],
    [`select "O""Brien's 7" from "t1"`, `select "O""Brien's 7" from "t1"`],
    [`a -- Olga's\nb /* owner@acme.example */ c`, 'a ? b ? c'],
    [`where t."account_id" = 'acme'::text`, 'where t."account_id" = ?::text'],
    [`= B'01' or x = X'ff' or n = N'acme'`, '= ? or x = ? or n = ?'],
  ];
  for (const [sql, expected] of statements) assert.equal(withoutLiterals(sql), expected);
});
