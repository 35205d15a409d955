import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { test } from 'node:test';

const generated = new Set(['node_modules', '.git', 'dist', 'build', 'out']);
const binary = new Set(['.png', '.webp', '.ico', '.gz', '.zst', '.br', '.woff2', '.tgz']);
const files = filesBelow('.').filter((file) => !binary.has(extname(file)));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock: Record<string, LockedPackage> = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;

interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  deprecated?: string;
  resolved?: string;
  link?: boolean;
}

test('no file names a folder of the machine it was written on', () => {
  const machine = new RegExp(`(?<![\\w.~-])/(${['work', 'root', 'home/[a-z]+', 'Users/[a-z]+'].join('|')})/`);
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        machine.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
      ),
  );
  assert.deepEqual(found, []);
});

test('every link from one page of the docs to another leads somewhere', () => {
  const broken = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) => linksOf(page).filter(({ path, anchor }) => !leadsSomewhere(path, anchor)))
    .map(({ page, target }) => `${page}: ${target}`);
  assert.deepEqual(broken, []);
});

test('versions are pinned exactly, so that an install today is the install of tomorrow', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)),
  );
  assert.deepEqual(loose, []);
});

test('the lock file names every package as package.json does, and no registry', () => {
  const { dependencies, devDependencies } = lock[''] as typeof manifest;
  assert.deepEqual({ dependencies, devDependencies }, pick(manifest, ['dependencies', 'devDependencies']));
  const elsewhere = Object.entries(lock).filter(
    ([, { resolved, link }]) => link || (resolved && !resolved.startsWith('https://registry.npmjs.org/')),
  );
  assert.deepEqual(elsewhere, []);
});

test('nothing that is installed is deprecated', () => {
  const deprecated = Object.entries(lock).filter(([, entry]) => entry.deprecated);
  assert.deepEqual(deprecated, []);
});

test('everything that is shipped has a licence that goes with MIT', () => {
  const odd = Object.entries(lock)
    .filter(([path, entry]) => path !== '' && (!entry.dev || bundled.has(path)) && !entry.optional)
    .map(([path, entry]) => [path, entry.license ?? installedLicence(path)])
    .filter(([, licence]) => !goesWithMit(String(licence)));
  assert.deepEqual(odd, []);
});

/** Installed for development only, and yet shipped: they are built into the page. */
const bundled = new Set(['react', 'react-dom', 'scheduler'].map((name) => `node_modules/${name}`));

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** Of `(MIT OR CC0-1.0)` one is enough. */
function goesWithMit(expression: string): boolean {
  return expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((licence) => permissive.has(licence));
}

function installedLicence(path: string): string | undefined {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).license;
}

/** Relative links and links within the page; code is not looked at. */
function linksOf(page: string) {
  const text = readFileSync(page, 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|(?:href|src)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { page, target, path: path === '' ? page : join(dirname(page), decodeURI(path)), anchor };
    });
}

function leadsSomewhere(path: string, anchor: string): boolean {
  if (!existsSync(path)) return false;
  return anchor === '' || !path.endsWith('.md') || headingsOf(path).includes(anchor);
}

/** As code hosts make anchors of headings: lower case, hyphens for spaces, no punctuation. */
function headingsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const slug = (match[1] ?? '')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !generated.has(entry.name) && !entry.name.startsWith('.handover'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

function pick(object: Record<string, unknown>, keys: string[]) {
  return Object.fromEntries(keys.map((key) => [key, object[key]]));
}
