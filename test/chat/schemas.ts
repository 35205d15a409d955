import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: false });
ajv.addSchema(read('chat-entities'));
const validators = {
  'channels-v1': ajv.compile(read('channels-v1')),
  'channels-v2-line': ajv.compile(read('channels-v2-line')),
  'users-line': ajv.compile(read('users-line')),
};

/** Throws with the path of what is wrong. */
export function assertValid(shape: keyof typeof validators, value: unknown): void {
  const validate = validators[shape];
  if (validate(value)) return;
  assert.fail(`${shape}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
}

/** A line of a line-separated file. */
export interface Line {
  type: string;
  data: Record<string, unknown>;
}

/** The lines of a file, each valid. Lines end at line feeds and nothing else. */
export function validLines(shape: 'channels-v2-line' | 'users-line', text: string): Line[] {
  if (text === '') return [];
  assert(text.endsWith('\n'));
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const value: Line = JSON.parse(line);
      assertValid(shape, value);
      return value;
    });
}

function read(name: string): object {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../schemas/${name}.json`), 'utf8'));
}
