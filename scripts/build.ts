/**
 * Builds what the npm package runs, since Node strips no types inside node_modules. `build/` mirrors the repository,
 * so that an address relative to a file (`new URL('../migrations/', import.meta.url)`) is the same in both.
 */
import { spawnSync } from 'node:child_process';
import { cp, glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'build');

await rm(out, { recursive: true, force: true });
compile();
await copyWhatIsNotCode();
await writePackageFile();
await bundle({
  configFile: join(root, 'src', 'page', 'vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: join(out, 'dist', 'page'), license: { fileName: 'licenses.md' } },
});

function compile(): void {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { status, error } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error('The sources do not compile.');
}

async function copyWhatIsNotCode(): Promise<void> {
  const page = join(root, 'src', 'page');
  const files = glob(['migrations/**', 'src/**', 'examples/**'], {
    cwd: root,
    exclude: ({ parentPath, name }) =>
      join(parentPath, name) === page || name.endsWith('.ts') || name.startsWith('.handover'),
    withFileTypes: true,
  });
  for await (const file of files) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    await cp(path, join(out, path.slice(root.length)));
  }
}

/** Says that these files are ES modules, and which version they are. */
async function writePackageFile(): Promise<void> {
  const { name, version, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(out, 'package.json'), `${JSON.stringify({ name, version, type }, null, 2)}\n`);
}
