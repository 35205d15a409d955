import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** The house as docs/architecture.md draws it: who may be imported by whom. The longest path that fits counts. */
const floors: Record<string, number> = {
  'src/edit-distance.ts': 1,
  'src/errors.ts': 1,
  'src/env.ts': 1,
  'src/log.ts': 1,
  'src/data-folder.ts': 1,
  'src/database.ts': 1,
  'src/migrate.ts': 1,
  'src/queue.ts': 1,
  'src/prepared-statements.ts': 1,
  'src/rush.ts': 1,
  'src/thread-priority.ts': 1,
  'src/tracing.ts': 1,
  'src/tracing-settings.ts': 1,
  'src/gather.ts': 1,
  'src/unless-aborted.ts': 1,
  'src/version.ts': 1,
  'src/language/': 1,
  'src/sources/': 2,
  'src/vault/': 2,
  'src/chat/': 3,
  'src/catalog/': 3,
  'src/classify/': 2,
  'src/config/': 3,
  'src/draft/': 4,
  'src/lifecycle/': 3,
  'src/archive/': 4,
  'src/check/': 4,
  'src/mail/': 4,
  'src/register/': 4,
  'src/builder/': 5,
  'src/opener/': 5,
  'src/steps/': 5,
  'src/metrics/': 5,
  'src/tracing/': 5,
  'src/http/': 6,
  'src/worker.ts': 6,
  'src/page/': 7,
  'src/start.ts': 7,
  'src/open-traces.ts': 7,
  'src/cli': 8,
  'src/index.ts': 8,
};
const doors = ['src/http/account/', 'src/http/server-api/'];

const files = globSync('src/**/*.{ts,tsx}').sort();
const code = new Map(files.map((file) => [file, withoutComments(readFileSync(file, 'utf8'))]));
const imports = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

test('every source file stands on a floor', () => {
  assert.deepEqual(
    files.filter((file) => floorOf(file) === undefined),
    [],
  );
});

test('imports go down only', () => {
  const upward = imports.filter(({ from, to }) => (floorOf(to) ?? 0) > (floorOf(from) ?? 0));
  assert.deepEqual(upward.map(arrow), []);
});

test('the two doors never import each other', () => {
  const doorOf = (file: string) => doors.find((door) => file.startsWith(door));
  const across = imports.filter(({ from, to }) => doorOf(from) && doorOf(to) && doorOf(from) !== doorOf(to));
  assert.deepEqual(across.map(arrow), []);
});

test('no file imports itself, by whatever way round', () => {
  assert.deepEqual(findCircle(), null);
});

test('only env.ts reads the environment', () => {
  const readers = files.filter((file) =>
    /\bprocess\s*(\.\s*env\b|\[)/.test(withoutStrings(code.get(file) ?? '')),
  );
  assert.deepEqual(readers, ['src/env.ts']);
});

test('OpenTelemetry is loaded only where it is asked for', () => {
  const outside = (file: string) => !file.startsWith('src/tracing/');
  const loads = /^import\s+(?!type\b)[^;]*?from\s*'(@opentelemetry\/|[./]+\/tracing\/)/m;
  assert.deepEqual(filesWith(loads).filter(outside), []);
});

test('only the tables of the lifecycle hold SQL on exports', () => {
  const holders = filesWith(/\b(from|into|update|join|table)\s+("?handover"?\.)?"?data_exports"?\b/i);
  assert.deepEqual(
    holders.filter((file) => !/^src\/lifecycle\/[a-z-]+-table\.ts$/.test(file)),
    [],
  );
});

test('only the vault handles age keys', () => {
  assert.deepEqual(
    filesWith(/from\s*'age-encryption'|createCipheriv|createDecipheriv/).filter(
      (file) => !file.startsWith('src/vault/'),
    ),
    [],
  );
});

test('only the server door knows the word task', () => {
  // A webhook is that door's own words, sent by a job.
  const atTheDoor = (file: string) =>
    file.startsWith('src/http/server-api/') || file === 'src/steps/send-webhook.ts';
  assert.deepEqual(
    filesWith(/\btasks?(?=[A-Z_\b]|\b)|Tasks?\b/).filter((file) => !atTheDoor(file)),
    [],
  );
});

test('files are named after what they define or do', () => {
  const vague = /(^|[/.-])(utils?|helpers?|manager|service|misc)[/.]|\/(common|shared|base)[/.]/i;
  assert.deepEqual(
    files.filter((file) => vague.test(file)),
    [],
  );
});

function floorOf(file: string): number | undefined {
  const places = Object.keys(floors).filter((place) => file.startsWith(place));
  const nearest = places.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined ? undefined : floors[nearest];
}

/** Files of ours, of `import … from`, `export … from`, `import '…'` and `import('…')`, types too. */
function importsOf(file: string): string[] {
  const text = code.get(file) ?? '';
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...found]
    .map((match) => normalize(join(dirname(file), match[1] ?? '')))
    .filter((path) => path.startsWith('src/') && /\.tsx?$/.test(path));
}

function findCircle(): string | null {
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): string | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(' → ');
    if (done.has(file)) return null;
    for (const { to } of imports.filter(({ from }) => from === file)) {
      const circle = visit(to, [...trail, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(code.get(file) ?? ''));
}

function arrow({ from, to }: { from: string; to: string }): string {
  return `${from} (${floorOf(from)}) → ${to} (${floorOf(to)})`;
}

/** One pass over both, since a comment may hold a quote and a string may hold `//`. */
function withoutComments(text: string): string {
  const string = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/;
  const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/;
  return text.replace(new RegExp(`(${string.source})|${comment.source}`, 'g'), '$1');
}

/** What a template computes is code and stays. */
function withoutStrings(text: string): string {
  return text
    .replace(/'[^'\n]*'|"[^"\n]*"/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, (template) => (template.match(/\$\{[^}]*\}/g) ?? []).join(' '));
}
