/**
 * Makes `data/` from a folder with one `<category>.ndjson.zst` for each table: `node pack-data.ts FOLDER`.
 * The lines stay as they are; the same lines give the same files.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { tables } from './tables.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of the sources: node pack-data.ts FOLDER');

for (const table of tables) {
  const name = table.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const lines = zstdDecompressSync(await readFile(join(folder, `${name}.ndjson.zst`)));
  const packed = pack(lines);
  await writeFile(new URL(`./data/${table}.ndjson.zst`, import.meta.url), packed);
  const rows = lines.toString().trimEnd().split('\n').length;
  console.log(
    `${table.padEnd(22)}${rows.toLocaleString('en').padStart(8)} rows ${packed.length.toLocaleString('en').padStart(11)} bytes`,
  );
}

/** The highest level, with a window of 8 MiB so that reading stays cheap. */
function pack(lines: Buffer): Buffer {
  return zstdCompressSync(lines, {
    pledgedSrcSize: lines.length,
    params: {
      [constants.ZSTD_c_compressionLevel]: 22,
      [constants.ZSTD_c_windowLog]: 23,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}
