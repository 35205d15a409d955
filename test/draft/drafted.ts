import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved.ts';
import type { Draft, DraftCategory } from '../../src/draft/draft.ts';
import { draftFrom } from '../../src/draft/draft-from.ts';
import { writeConfig } from '../../src/draft/write-config.ts';
import { exportToFile } from '../../src/steps/export-to-file.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** A product's database made by `sql`. Returns its URL. */
export async function createProduct(sql: string): Promise<string> {
  const url = await (await sharedPostgres()).createDatabase();
  await run(url, sql);
  return url;
}

export async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The first column of the rows of a query, as text. */
export async function ask(url: string, sql: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map(([first]) => String(first));
  } finally {
    await client.end();
  }
}

export async function draftOf(url: string, subject: string, { sample = false } = {}): Promise<Draft> {
  return draftFrom({ choose: null }, { url, subject, sample });
}

export function categoryOf(draft: Draft, table: string): DraftCategory {
  const found = draft.categories.find(({ from }) => from === table);
  if (!found)
    throw new Error(`${table} has no category; there are ${draft.categories.map(({ from }) => from)}`);
  return found;
}

/** What happens to a column: `include`, or the reason why it stays. */
export function fateOf(draft: Draft, table: string, column: string): string {
  const found = categoryOf(draft, table).columns.find(({ name }) => name === column);
  return found === undefined ? 'unknown' : (found.reason ?? 'include');
}

/** Writes the draft, loads it and exports one subject, with no hand in between. */
export async function exportDraft(
  draft: Draft,
  url: string,
  subject: string,
): Promise<{ config: ResolvedConfig; text: string; data: Record<string, Record<string, unknown>[]> }> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-draft-'));
  process.env.SOURCE_DATABASE_URL = url;
  try {
    const path = join(folder, 'handover.config.ts');
    await writeFile(path, writeConfig(draft, { canImport: false }));
    const config = await loadConfig(path);
    const out = join(folder, 'out.json');
    const request = { kind: draft.exportName, subject, path: out, manifest: null };
    await exportToFile(config, request, () => {}, new AbortController().signal);
    const text = await readFile(out, 'utf8');
    return { config, text, data: JSON.parse(text).data };
  } finally {
    delete process.env.SOURCE_DATABASE_URL;
    await rm(folder, { recursive: true, force: true });
  }
}
