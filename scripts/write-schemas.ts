/** Writes the JSON Schema of manifests, which a test compares: `node scripts/write-schemas.ts`. */
import { writeFile } from 'node:fs/promises';
import { manifestSchemaText } from '../src/archive/manifest.ts';

await writeFile(new URL('../schemas/manifest.json', import.meta.url), manifestSchemaText());
