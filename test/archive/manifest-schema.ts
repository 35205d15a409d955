import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false });
const schema = JSON.parse(readFileSync(new URL('../../schemas/manifest.json', import.meta.url), 'utf8'));
const validate = ajv.compile(schema);

/** Throws with the path of what is wrong. */
export function assertManifest(value: unknown): void {
  if (!validate(value)) assert.fail(ajv.errorsText(validate.errors));
}
