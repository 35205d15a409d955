import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { layOutJsonDocument } from '../../src/archive/json-document.ts';
import { type JsonDocument, rowSeparator } from '../../src/archive/json-frame.ts';
import { type Archive, openArchive } from '../../src/archive/open-archive.ts';
import type { StoredPart } from '../../src/archive/stored-part.ts';
import { writePart } from '../../src/archive/write-part.ts';
import type { RowChunk } from '../../src/sources/source.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { ExportKey, Vault } from '../../src/vault/vault.ts';
import { temporaryFolder } from '../vault/temporary-folder.ts';

/** A vault in a temporary folder with the key of one export. */
export async function anExport(t: TestContext): Promise<{ vault: Vault; key: ExportKey; folder: string }> {
  const folder = join(await temporaryFolder(t), 'store');
  const vault = openVault({ key: randomBytes(32), store: openFileStore({ folder }) });
  return { vault, key: await vault.openKey(await vault.createKey('e_1'), 'e_1'), folder };
}

/** Rows of one category of a part. */
export interface Rows {
  category: string;
  rows: object[];
  /** What joins them; by default that of the JSON document. */
  separator?: Uint8Array;
}

/** As a source reads them: some whole rows a chunk, in a buffer that is used again. */
export async function* asChunks(
  rows: object[],
  rowsPerChunk: number,
  joint = rowSeparator,
): AsyncGenerator<RowChunk, void> {
  const separator = Buffer.from(joint).toString();
  const buffer = Buffer.alloc(1_000_000);
  for (let from = 0; from < rows.length; from += rowsPerChunk) {
    const some = rows.slice(from, from + rowsPerChunk);
    const text = (from === 0 ? '' : separator) + some.map((row) => JSON.stringify(row)).join(separator);
    yield { bytes: buffer.subarray(0, buffer.write(text)), rows: some.length };
    buffer.fill('#');
  }
}

/** Writes parts with these rows under `e_1/part-0`, `e_1/part-1`, … */
export async function writeParts(
  { vault, key }: { vault: Vault; key: ExportKey },
  parts: Rows[][],
  rowsPerChunk = 3,
): Promise<StoredPart[]> {
  const stored: StoredPart[] = [];
  for (const [index, sections] of parts.entries()) {
    const name = `e_1/part-${index}`;
    const sectionRows = sections.map(({ category, rows, separator }) => ({
      category,
      chunks: asChunks(rows, rowsPerChunk, separator),
    }));
    const { sections: written, headSha256 } = await writePart(
      { store: vault.store, recipient: key.recipient },
      name,
      sectionRows,
    );
    stored.push({ name, sections: written, headSha256 });
  }
  return stored;
}

export function openDocument(
  { vault, key }: { vault: Vault; key: ExportKey },
  document: JsonDocument,
  parts: StoredPart[],
): Archive {
  return openArchive({ store: vault.store, identity: key.identity }, layOutJsonDocument(document, parts));
}

/** The document as a plain program would print it: what the layout has to equal, byte for byte. */
export function printDocument({ accountId, snapshotAt, categories }: JsonDocument, parts: Rows[][]): Buffer {
  const lists = categories.map((category) => {
    const rows = parts.flat().filter((some) => some.category === category);
    const lines = rows.flatMap((some) => some.rows).map((row) => `      ${JSON.stringify(row)}`);
    const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n    ]`;
    return `    ${JSON.stringify(category)}: ${list}`;
  });
  const data = lists.length === 0 ? '{}' : `{\n${lists.join(',\n')}\n  }`;
  const head = `"exportVersion": "1.0",\n  "accountId": ${JSON.stringify(accountId)}`;
  return Buffer.from(`{\n  ${head},\n  "exportedAt": "${snapshotAt.slice(0, 19)}Z",\n  "data": ${data}\n}\n`);
}
