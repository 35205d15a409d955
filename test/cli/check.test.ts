import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { account, calls, configOf, databaseOf, schema } from '../check/product.ts';
import { start } from './command.ts';

/** Runs a command on a config in the folder of that config. */
async function run(t: TestContext, args: string[], configPath: string, more: Record<string, string> = {}) {
  const env = { HANDOVER_CONFIG: configPath, ...more };
  const command = start(t, args, env, dirname(configPath));
  return { exitCode: await command.exitCode, printed: command.printed() };
}

const clean = async () => configOf(await databaseOf(schema));
/** One error, and a warning. */
const unclean = async () => {
  const url = await databaseOf(
    schema,
    'alter table calls add column "sso token" text',
    'drop index calls_account_id_idx',
  );
  return configOf(url, { categories: { account, calls } });
};

describe('handover check', () => {
  it('says what it finds on aligned lines with file, line and cure, and fails if there is an error', async (t) => {
    const path = await unclean();
    const { exitCode, printed } = await run(t, ['check', 'account'], path);
    assert.equal(exitCode, 1);
    const [error = '', warning = '', summary] = printed.split('\n');
    const file = basename(path).replace('.', '\\.');
    assert.match(
      error,
      new RegExp(
        `^error    column-unclassified  ${file}:\\d+  exports\\.account\\.categories\\.calls: nobody has said whether .*\\. Include it in calls, or exclude it`,
      ),
    );
    assert.match(warning, new RegExp(`^warning  no-index             ${file}:\\d+  exports`));
    assert.match(summary ?? '', /^1 error, 1 warning; /);
  });

  it('succeeds with warnings only, and hands scripts a list', async (t) => {
    const path = await configOf(await databaseOf(schema, 'drop index calls_account_id_idx'));
    const { exitCode, printed } = await run(t, ['check', '--json'], path);
    assert.equal(exitCode, 0, printed);
    const [finding, ...others] = JSON.parse(printed.slice(0, printed.lastIndexOf(']') + 1));
    assert.deepEqual([finding.level, finding.rule, others], ['warning', 'no-index', []]);
    assert.deepEqual(Object.keys(finding), ['level', 'rule', 'file', 'line', 'path', 'what', 'cure']);
  });

  it('annotates a workflow of GitHub, escaped as it wants', async (t) => {
    const path = await unclean();
    const { printed } = await run(t, ['check', '--github'], path);
    assert.match(
      printed,
      new RegExp(
        `^::error file=${basename(path)},line=\\d+,title=handover column-unclassified::exports\\.account`,
        'm',
      ),
    );
    assert.match(printed, /^::warning file=/m);
  });

  it('says what it needs when there is no database', async (t) => {
    const { exitCode, printed } = await run(
      t,
      ['check'],
      await configOf('postgres://nobody@127.0.0.1:9/none'),
    );
    assert.equal(exitCode, 1);
    assert.match(
      printed,
      /^error {2}The source `main` cannot be checked: The source database cannot be reached/,
    );
  });

  it('runs in CI as the examples write it, and says that there is nothing to say', async (t) => {
    const examples = await Promise.all(
      ['github-action.yml', 'gitlab-ci.yml'].map((name) => readFile(join('examples/ci', name), 'utf8')),
    );
    const commands = new Set(
      examples.flatMap((text) => Array.from(text.matchAll(/npx handover (.+)$/gm), ([, args = '']) => args)),
    );
    assert.deepEqual([...commands], ['check --github', 'register --out what-leaves.md', 'check']);
    const path = await clean();
    await Promise.all(
      Array.from(commands, async (args) => {
        const { exitCode, printed } = await run(t, args.split(' '), path);
        assert.equal(exitCode, 0, printed);
        const nothing = /^no findings; 2 entries of the config compared with 2 tables in \d+\.\d s\n$/;
        if (args.startsWith('check')) assert.match(printed, nothing);
      }),
    );
  });
});

describe('handover register', () => {
  it('writes Markdown or JSON, into a file or not, without a database', async (t) => {
    const path = await configOf('postgres://reader:CANARY_PASSWORD@127.0.0.1:9/none');
    const written = await run(t, ['register', '--out', 'what-leaves.md'], path);
    assert.equal(written.exitCode, 0, written.printed);
    const markdown = await readFile(join(dirname(path), 'what-leaves.md'), 'utf8');
    assert.match(markdown, /^# What leaves Hallomoor\n/);
    const json = JSON.parse((await run(t, ['register', '--json'], path)).printed);
    assert.equal(json.exports[0].categories.length, 2);
    assert.doesNotMatch(markdown + JSON.stringify(json), /CANARY/);
  });
});
