/** Writes the JSON Schema of manifests, which a test compares: `node scripts/write-schemas.ts && biome format --write schemas`. */
import { writeFile } from 'node:fs/promises';
import { manifestSchema } from '../src/archive/manifest.ts';

const text = JSON.stringify(manifestSchema(), null, 2);
await writeFile(new URL('../schemas/manifest.json', import.meta.url), `${text}\n`);
