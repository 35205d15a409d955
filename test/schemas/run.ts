/**
 * What `npm run schemas` runs: drafts, checks and exports every described schema, and prints docs/schemas.md.
 *
 *   npm run --silent schemas -- --write     into the file
 *   npm run --silent schemas -- rails       one schema, with what was asked about it
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { startPostgres } from '../support/postgres.ts';
import { allSchemas } from './all-schemas.ts';
import { createProduct, measure } from './measure.ts';
import { type Measured, reportLines, writeReport } from './report.ts';

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const isWritten = process.argv.includes('--write');
const page = new URL('../../docs/schemas.md', import.meta.url);

const postgres = await startPostgres();
try {
  const measured: Measured[] = [];
  for (const schema of allSchemas.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const product = await createProduct(postgres, schema);
    try {
      for (const sample of [false, true])
        measured.push({ schema, sample, ...(await measure(product, { sample })) });
    } finally {
      await product.db.end();
    }
  }
  if (isWritten) {
    const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'of an unknown kind'}`;
    const text = await readFile(page, 'utf8');
    await writeFile(
      page,
      text.replace(/(<!-- measured -->)[\s\S]*$/, `$1\n${writeReport(measured, machine)}`),
    );
  } else {
    for (const one of measured) {
      console.log(`\n${one.schema.title}, ${one.sample ? 'with --sample' : 'from the catalogs alone'}`);
      for (const line of reportLines(one.schema, one.walked, one.verdict)) console.log(`  ${line}`);
      if (wanted.length === 0) continue;
      for (const { place, question } of one.walked.summary.questions) console.log(`  ${place}: ${question}`);
    }
  }
} finally {
  await postgres.stop();
}
