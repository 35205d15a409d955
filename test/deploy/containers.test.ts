import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';

// No container engine runs here: this is what can be known of the files without one.

const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');
const compose = readFileSync('deploy/compose.yaml', 'utf8');
const known = readFileSync('src/env.ts', 'utf8');

test('the linter finds nothing in the Dockerfile, and would', () => {
  assert.deepEqual(validate(dockerfile), []);
  const broken = dockerfile.replace('WORKDIR /source', 'WORKDIRR /source').replace('["serve"]', "['serve']");
  assert.equal(validate(broken).length, 2);
});

test('the linter finds no error in the compose file', () => {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const [result] = linter.lintFiles(['deploy/compose.yaml'], false);
  assert.ok(result);
  assert.equal(result.errorCount, 0, JSON.stringify(result.messages));
});

test('image and compose file set only variables that are read, and ask only for those that are described', () => {
  const set = [
    ...dockerfile.matchAll(/\b([A-Z][A-Z_]+)=/g),
    ...(/environment: &environment\n([\s\S]*?)\n {2}volumes:/.exec(compose)?.[1] ?? '').matchAll(
      /^ +([A-Z_]+):/gm,
    ),
  ].map((match) => match[1] ?? '');
  assert.ok(set.length > 10);
  assert.deepEqual(
    set.filter((name) => name !== 'NODE_ENV' && !known.includes(`'${name}'`)),
    [],
  );
  const asked = [...compose.matchAll(/\$\{(\w+):\?\}/g)].map((match) => match[1] ?? '');
  const described = readFileSync('docs/deploy.md', 'utf8');
  assert.deepEqual(
    asked.filter((name) => !described.includes(`\n${name}=`)),
    [],
  );
});
