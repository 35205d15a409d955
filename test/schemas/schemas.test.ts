import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedPostgres } from '../support/postgres.ts';
import { allSchemas } from './all-schemas.ts';
import { createProduct, measure, type Product } from './measure.ts';
import { reportLines } from './report.ts';
import { whereOf } from './truth.ts';
import type { Verdict } from './verify.ts';
import { errorsOf, type Walked } from './walk.ts';

for (const schema of allSchemas) {
  describe(`${schema.title}, ${schema.tables.length} tables`, () => {
    let product: Product;
    before(async () => {
      product = await createProduct(await sharedPostgres(), schema);
    });
    after(() => product?.db.end());

    test('each table that is owned has rows of the subject, by the hand-written query, and rows of others', async () => {
      for (const table of schema.tables) {
        const where = whereOf(schema.tables, table.name);
        if (where === null) continue;
        const name = table.name.split('.').map((part) => `"${part}"`);
        const { rows } = await product.db.query<{ own: number; others: number }>(
          `select count(*) filter (where ${where})::int as own, count(*) filter (where not (${where}))::int as others
           from ${name.join('.')}`,
          where.includes('$1') ? [product.subject] : [],
        );
        assert.ok(
          rows[0] && rows[0].own > 0 && rows[0].others > 0,
          `${table.name}: ${JSON.stringify(rows[0])}`,
        );
      }
    });

    for (const sample of [false, true]) {
      describe(sample ? 'drafted with --sample' : 'drafted from the catalogs alone', () => {
        let walked: Walked;
        let verdict: Verdict;
        before(async () => {
          ({ walked, verdict } = await measure(product, { sample }));
        });

        test('no secret is in the archive', () => {
          assert.deepEqual(verdict.leaked, []);
        });

        test('nothing of another subject is in the archive', () => {
          assert.deepEqual([verdict.foreignRows, verdict.foreignMarks], [{}, []]);
        });

        test('every row that the hand-written queries find is in the archive', () => {
          assert.deepEqual([verdict.missingRows, walked.gaps], [{}, []]);
        });

        test('the tables that are missed are those of which no tool could know', (t) => {
          for (const line of reportLines(schema, walked, verdict)) t.diagnostic(line);
          const hidden = schema.tables
            .filter(({ truth, name }) => truth.kind === 'hidden' && !verdict.keptWhole.includes(name))
            .map(({ name }) => name);
          assert.deepEqual(verdict.missed.sort(), hidden.sort());
        });

        test('no table of which nothing is the subject’s is a category', () => {
          const known = schema.falseReaches ?? {};
          assert.deepEqual(
            verdict.falseReaches.filter((name) => known[name] === undefined),
            [],
          );
        });

        test('a check of the draft finds no error', () => {
          assert.deepEqual(errorsOf(walked), []);
        });
      });
    }
  });
}
