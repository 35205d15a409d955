import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

/** The package as a stranger gets it: packed, and installed from the file into an empty project. */
let project: string;
let packed: string;

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'a package of handover '));
  const pack = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: '.' });
  packed = join(project, JSON.parse(pack.stdout.slice(pack.stdout.indexOf('[')))[0].filename);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', packed]);
});

after(() => rm(project, { recursive: true, force: true }));

test('the package holds what runs and nothing else, in less than 8 MB', async () => {
  const { size } = await stat(packed);
  assert.ok(size < 8_000_000, `${size} bytes`);
  const installed = await readdir(join(project, 'node_modules', 'handover'));
  const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'build', 'package.json'];
  assert.deepEqual(
    installed.filter((name) => !expected.includes(name)),
    [],
  );
});

test('the page comes built, with the licences of what is built into it', async () => {
  const page = join(project, 'node_modules', 'handover', 'build', 'dist', 'page');
  assert.match(await readFile(join(page, 'index.html'), 'utf8'), /<script type="module"/);
  assert.match(await readFile(join(page, 'licenses.md'), 'utf8'), /react-dom[\s\S]*MIT/);
});

test('npx handover --help names every command', async () => {
  const { stdout } = await run('npx', ['handover', '--help']);
  for (const command of ['serve', 'worker', 'migrate', 'export', 'keys', 'demo']) {
    assert.match(stdout, new RegExp(`^ +${command}\\b`, 'm'));
  }
});

test('npx handover --version is the version of the package', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  assert.equal((await run('npx', ['handover', '--version'])).stdout.trim(), version);
});

test('a config written in TypeScript is checked by the types of the package, and loads', async () => {
  await writeFile(join(project, 'handover.config.ts'), config("{ password_hash: 'secret' }"));
  await writeFile(join(project, 'wrong.config.ts'), config("{ password_hash: 'no such reason' }"));
  const loaded = await run(process.execPath, [
    '--eval',
    `import('./handover.config.ts').then((config) => console.log(JSON.stringify(config.default.product)))`,
  ]);
  assert.deepEqual(JSON.parse(loaded.stdout), { name: 'Acme' });

  const tsc = resolve('node_modules/.bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', '', '--module', 'nodenext'];
  await run(tsc, [...options, 'handover.config.ts']);
  const refused = await run(tsc, [...options, 'wrong.config.ts'], { fails: true });
  assert.match(refused.stdout, /wrong\.config\.ts.*not assignable/);
});

test('npx handover demo --once makes an archive of all twelve categories, whatever real installation the environment names', async () => {
  const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', SMTP_URL: 'smtp://127.0.0.1:1' };
  await run('npx', ['handover', 'demo', '--once'], { env });
  const [name = ''] = await readdir(join(project, 'out'));
  const archive = JSON.parse(await readFile(join(project, 'out', name), 'utf8'));
  assert.equal(archive.exportVersion, '1.0');
  assert.equal(Object.keys(archive.data).length, 12);
  assert.ok(archive.data.calls.length > 20_000);
});

function config(exclude: string): string {
  return `import { defineConfig } from 'handover';

export default defineConfig({
  product: { name: 'Acme' },
  sources: { main: { type: 'postgres', url: 'postgres://127.0.0.1/acme' } },
  exports: {
    account: {
      subject: { table: 'accounts', column: 'id' },
      categories: {
        users: { from: 'users', belongsTo: 'account_id', include: ['id'], exclude: ${exclude} },
      },
    },
  },
});
`;
}

/** Runs on the Node that runs this test, and without what `npm test` and a developer's shell put into the environment. */
async function run(
  program: string,
  args: string[],
  {
    cwd = project,
    fails = false,
    env: added = {},
  }: { cwd?: string; fails?: boolean; env?: Record<string, string> } = {},
): Promise<{ stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    ...added,
  };
  return new Promise((done, failed) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (Boolean(error) === fails) done({ stdout, stderr });
      else failed(new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

const ours =
  /^(npm_(?!config_(cache|registry|userconfig|cafile)$)|NODE_(OPTIONS|PATH|TEST_CONTEXT)$|HANDOVER_|SMTP_URL|DATABASE_URL)/;
