import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { whatLeaves } from '../../src/config/what-leaves.ts';
import { folder, loadJson, refusal, refuse, small, withCategory, writeConfig } from './written-config.ts';

test('a small config gets every default', async () => {
  const config = await loadJson(small);
  assert.deepEqual(config.product, {
    name: 'Hallomoor',
    logo: null,
    accentColor: '#0b7285',
    language: 'en',
    support: null,
  });
  assert.deepEqual(config.sources, { main: { type: 'pglite', folder: join(folder, 'database') } });
  const { account } = config.exports;
  assert.deepEqual(account, {
    name: 'account',
    door: 'account',
    source: 'main',
    subject: { schema: 'public', table: 'account', column: 'id' },
    selections: [
      {
        category: 'calls',
        schema: 'public',
        table: 'calls',
        columns: [
          { column: 'id', key: 'id' },
          { column: 'started_at', key: 'startedAt' },
        ],
        belongsTo: { column: 'account_id' },
        where: undefined,
        orderBy: ['id'],
      },
    ],
    categories: [
      {
        name: 'calls',
        title: 'Calls',
        description: null,
        fields: [
          { column: 'id', key: 'id', class: 'provided' },
          { column: 'started_at', key: 'startedAt', class: 'provided' },
        ],
        leftOut: [],
        rowsLeftOut: null,
        sensitive: [],
      },
    ],
    leftOut: [],
    policy: {
      confirmByEmail: true,
      confirmationWindowMs: 86_400_000,
      downloadWindowMs: 86_400_000,
      cooldownMs: 86_400_000,
      retries: 5,
      rowsPerPart: 100_000,
    },
  });
});

test('what a config says takes the place of the defaults', async () => {
  const config = await loadJson({
    product: { name: 'H', accentColor: '#07A', language: 'de', support: 'https://help.example.com' },
    sources: {
      main: {
        type: 'postgres',
        url: 'postgres://reader@db/voice',
        statementTimeoutSeconds: 60,
        maxSnapshotSeconds: 600,
      },
      archive: { type: 'postgres', url: 'postgresql://db/old', maxConnections: 1 },
    },
    exports: {
      users: {
        door: 'server',
        source: 'archive',
        subject: { table: 'crm.users', column: 'id' },
        categories: {
          notes: {
            from: '"odd.schema"."notes"',
            belongsTo: { column: 'user_id', through: [{ table: 'crm.folders', on: { folder_id: 'id' } }] },
            include: ['id', { e164: 'number' }, { body_text: 'text', body_html: 'html' }, 'meta'],
            exclude: {
              token: 'secret',
              position: { reason: 'internal', note: { de: 'Reihenfolge' } },
              'meta.smtp.password': 'secret',
              'meta.keys[*].value': 'secret',
            },
            where: 't.scrubbed_at is null',
            whereReason: { de: 'Bereinigt', en: 'Scrubbed' },
            orderBy: ['position', 'id'],
          },
        },
        leftOut: { 'crm.sessions': 'secret' },
        policy: {
          cooldown: 0,
          downloadWindow: '60d',
          confirmationWindow: '1.5h',
          retries: 0,
          rowsPerPart: 10,
        },
      },
    },
  });
  assert.equal(config.product.accentColor, '#0077aa');
  assert.deepEqual(config.sources, {
    main: {
      type: 'postgres',
      url: 'postgres://reader@db/voice',
      maxConnections: 4,
      statementTimeoutMs: 60_000,
      maxSnapshotMs: 600_000,
    },
    archive: {
      type: 'postgres',
      url: 'postgresql://db/old',
      maxConnections: 1,
      statementTimeoutMs: 900_000,
      maxSnapshotMs: 14_400_000,
    },
  });
  const users = config.exports.users;
  assert.equal(users?.source, 'archive');
  assert.deepEqual(users?.subject, { schema: 'crm', table: 'users', column: 'id' });
  assert.deepEqual(users?.selections, [
    {
      category: 'notes',
      schema: 'odd.schema',
      table: 'notes',
      columns: [
        { column: 'id', key: 'id' },
        { column: 'e164', key: 'number' },
        { column: 'body_text', key: 'text' },
        { column: 'body_html', key: 'html' },
        {
          column: 'meta',
          key: 'meta',
          omit: [
            ['smtp', 'password'],
            ['keys', '*', 'value'],
          ],
        },
      ],
      belongsTo: {
        column: 'user_id',
        through: [{ schema: 'crm', table: 'folders', on: { folder_id: 'id' } }],
      },
      where: 't.scrubbed_at is null',
      orderBy: ['position', 'id'],
    },
  ]);
  assert.deepEqual(users?.categories[0]?.leftOut, [
    { what: 'token', reason: 'secret', note: null },
    { what: 'position', reason: 'internal', note: { de: 'Reihenfolge' } },
    { what: 'meta.smtp.password', reason: 'secret', note: null },
    { what: 'meta.keys[*].value', reason: 'secret', note: null },
  ]);
  assert.deepEqual(users?.categories[0]?.rowsLeftOut, { de: 'Bereinigt', en: 'Scrubbed' });
  assert.deepEqual(users?.leftOut, [{ what: 'crm.sessions', reason: 'secret', note: null }]);
  assert.deepEqual(users?.policy, {
    confirmByEmail: false,
    confirmationWindowMs: 5_400_000,
    downloadWindowMs: 60 * 86_400_000,
    cooldownMs: 0,
    retries: 0,
    rowsPerPart: 10,
  });
});

test('the ways in which a row belongs are read with their constants', async () => {
  const through = [{ table: 'crm.teams', on: { team_id: 'id' }, is: { kind: 'own' } }];
  const belongsTo = { anyOf: ['a', { column: 'b', is: { t: 'User' } }, { column: 'c', through }] };
  const [selection] =
    (await loadJson(withCategory({ belongsTo, only: true }))).exports.account?.selections ?? [];
  assert.equal(selection?.only, true);
  assert.deepEqual(selection?.belongsTo, {
    anyOf: [
      { column: 'a' },
      { column: 'b', is: { t: 'User' } },
      {
        column: 'c',
        through: [{ schema: 'crm', table: 'teams', on: { team_id: 'id' }, is: { kind: 'own' } }],
      },
    ],
  });
  const single = (await loadJson(withCategory({ belongsTo: { anyOf: ['a'] } }))).exports.account;
  assert.deepEqual(single?.selections[0]?.belongsTo, { column: 'a' });
});

test('a reason may be written for whatever a check asks one for, also where the table tells that it is a secret', async () => {
  const why = 'The customer printed them and wants them on file.';
  const { exports } = await loadJson(
    withCategory({ from: 'recovery_codes', include: ['id', 'code'], allowSensitive: { code: why } }),
  );
  assert.deepEqual(exports.account?.categories[0]?.sensitive, [{ column: 'code', denyClass: 'mfa', why }]);
});

test('what leaves of a category is told with its classes, reasons and allowances', async () => {
  const why = 'The customer chose it and needs it to move their phones.';
  const { exports, version } = await loadJson({
    ...withCategory({
      include: ['id', { sip_password: 'sipPhrase' }, 'started_at'],
      exclude: { cost: 'internal', 'started_at.zone': { reason: 'derived', note: 'Made of the place.' } },
      allowSensitive: { sip_password: why },
      class: 'provided',
      classes: { started_at: 'observed' },
      where: 't.scrubbed_at is null',
      whereReason: 'Asked to be forgotten.',
    }),
    version: 'spring',
  });
  assert.equal(version, 'spring');
  assert.ok(exports.account);
  assert.deepEqual(whatLeaves(exports.account), [
    {
      category: 'calls',
      table: 'public.calls',
      fields: [
        { column: 'id', key: 'id', class: 'provided' },
        { column: 'sip_password', key: 'sipPhrase', class: 'provided' },
        { column: 'started_at', key: 'startedAt', class: 'observed' },
      ],
      excluded: [
        { what: 'cost', reason: 'internal', note: null },
        { what: 'started_at.zone', reason: 'derived', note: 'Made of the place.' },
      ],
      rows: { where: 't.scrubbed_at is null', why: 'Asked to be forgotten.' },
      sensitive: [{ column: 'sip_password', denyClass: 'password', why }],
    },
  ]);
});

test('a TypeScript config is run as it is, and read anew each time', async () => {
  const define = new URL('../../src/config/define.ts', import.meta.url).href;
  const path = await writeConfig(
    'typed.config.ts',
    `import { defineConfig, type Words } from '${define}';
    const name: string = process.env.TEST_PRODUCT_NAME ?? 'unnamed';
    export default defineConfig({ ...${JSON.stringify(small)} as never, product: { name } });`,
  );
  assert.equal((await loadConfig(path)).product.name, 'unnamed');
  process.env.TEST_PRODUCT_NAME = 'Hallomoor';
  try {
    assert.equal((await loadConfig(path)).product.name, 'Hallomoor');
  } finally {
    delete process.env.TEST_PRODUCT_NAME;
  }
});

test('a JavaScript config with a space in its path is found', async () => {
  const path = await writeConfig('my config#1.mjs', `export default ${JSON.stringify(small)};`);
  assert.equal((await loadConfig(path)).path, path);
});

test('a logo is known by its bytes', async () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await writeFile(join(folder, 'logo-a'), Buffer.from(pixel, 'base64'));
  await writeFile(
    join(folder, 'logo-b.txt'),
    `\ufeff<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "b">]>\n${'<!-- a -->'.repeat(99)}<svg/>`,
  );
  await writeFile(join(folder, 'logo-c'), Buffer.from('RIFF\x1a\0\0\0WEBPVP8L', 'latin1'));
  const type = async (logo: string) =>
    (await loadJson({ ...small, product: { name: 'H', logo } })).product.logo?.contentType;
  assert.equal(await type('./logo-a'), 'image/png');
  assert.equal(await type('logo-b.txt'), 'image/svg+xml');
  assert.equal(await type(join(folder, 'logo-c')), 'image/webp');
});

test('a logo that is missing, too large or no picture is refused', async () => {
  await writeFile(join(folder, 'page.svg'), `${'<!-- a -->'.repeat(99)}<html><svg></svg></html>`);
  await writeFile(join(folder, 'large.svg'), `<svg>${' '.repeat(256 * 1024)}</svg>`);
  const refusal = (logo: string) => refuse({ ...small, product: { name: 'H', logo } });
  assert.match(await refusal('none.svg'), /product\.logo: there is no file at .*none\.svg/);
  assert.match(await refusal('page.svg'), /product\.logo: expected an SVG, PNG or WebP/);
  assert.match(await refusal('large.svg'), /product\.logo: expected at most 256 KiB, and .* has 257 KiB/);
});

test('the hash changes with the rules, and with nothing else', async () => {
  const { hash } = await loadJson(small);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal((await loadJson(structuredClone(small))).hash, hash);
  const elsewhere = { main: { type: 'postgres', url: 'postgres://u:p@db/x' } };
  assert.equal((await loadJson({ ...small, sources: elsewhere, product: { name: 'Other' } })).hash, hash);

  assert.equal((await loadJson({ ...small, version: '7' })).hash, hash);

  const because = 'They set it themselves and lose it often.';
  const seen = new Set([hash]);
  for (const change of [
    { include: ['id'] },
    { include: ['started_at', 'id'] },
    { exclude: { 'started_at.zone': 'secret' } },
    { exclude: { price: 'internal' } },
    { where: 't.x is null' },
    { belongsTo: 'owner_id' },
    { orderBy: ['started_at'] },
    { only: true },
    { belongsTo: { anyOf: ['account_id', 'owner_id'] } },
    { belongsTo: { column: 'account_id', is: { kind: 'a' } } },
    { class: 'observed' },
    { classes: { started_at: 'observed' } },
    { include: ['id', 'started_at', 'pin_code', 'password'], allowSensitive: { password: because } },
    { include: ['id', 'started_at', 'pin_code', 'password'], allowSensitive: { password: `${because}!` } },
  ]) {
    seen.add((await loadJson(withCategory(change))).hash);
  }
  assert.equal(seen.size, 15);
});

test('a config that is not there says where it may be named and how to begin', async () => {
  const error = await refusal(loadConfig(join(folder, 'none.ts')));
  assert.match(error.message, /HANDOVER_CONFIG/);
  assert.match(error.message, /export default defineConfig/);
  assert.match((await refusal(loadConfig(folder))).message, /not a file/);
});

test('a config that cannot be read keeps its cause', async () => {
  const broken = await refusal(loadConfig(await writeConfig('broken.mjs', 'export default {')));
  assert.ok(broken.cause instanceof SyntaxError);
  const json = await refusal(loadConfig(await writeConfig('broken.json', '{')));
  assert.ok(json.cause instanceof SyntaxError);
  const throwing = await refusal(loadConfig(await writeConfig('throws.mjs', 'throw new Error("no luck")')));
  assert.match(throwing.message, /throws\.mjs cannot be read: no luck/);
  const unsupported = await refusal(
    loadConfig(await writeConfig('enum.ts', 'enum A { b } export default A')),
  );
  assert.match(unsupported.message, /enum, namespace/);
});

test('a config without a default export says so', async () => {
  const error = await refusal(loadConfig(await writeConfig('named.mjs', 'export const config = {};')));
  assert.match(error.message, /no default export. Write: export default defineConfig/);
});

test('the config in the docs and the one that a refusal shows can be loaded', async () => {
  const docs = await readFile('docs/config.md', 'utf8');
  const { message } = await refusal(loadConfig(join(folder, 'none.ts')));
  const examples = [/```ts\n(import[\s\S]*?)```/.exec(docs)?.[1], message.slice(message.indexOf('import'))];
  await writeFile(join(folder, 'logo.svg'), '<svg/>');
  process.env.SOURCE_DATABASE_URL = 'postgres://reader@db/voice';
  try {
    for (const [index, example = ''] of examples.entries()) {
      const define = new URL('../../src/config/define.ts', import.meta.url).href;
      const path = await writeConfig(`example-${index}.ts`, example.replace("'handover'", `'${define}'`));
      assert.deepEqual(Object.keys((await loadConfig(path)).exports), ['account']);
    }
  } finally {
    delete process.env.SOURCE_DATABASE_URL;
  }
});
