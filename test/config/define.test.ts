import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, defineConfig } from '../../src/config/define.ts';

const product = { name: 'Hallomoor' };
const calls = { from: 'calls', belongsTo: 'account_id', include: ['id'] };
const subject = { table: 'account', column: 'id' };

test('an editor knows a slip in a config before it is loaded', () => {
  const config: Config = defineConfig({
    product,
    sources: { main: { type: 'pglite', folder: './database' } },
    exports: {
      account: {
        source: 'main',
        subject,
        categories: { calls },
        policy: { cooldown: '24h', downloadWindow: 5000 },
      },
      // @ts-expect-error: there is no such source
      users: { source: 'mian', subject, categories: { calls } },
      // @ts-expect-error: a duration has a unit
      teams: { subject, categories: { calls }, policy: { cooldown: '24 hours' } },
      // @ts-expect-error: a setting that does not exist
      rooms: { subject, categories: { calls }, leftout: {} },
      // @ts-expect-error: what leaves has to be named
      flows: { subject, categories: { calls: { from: 'calls', belongsTo: 'account_id' } } },
      // @ts-expect-error: a reason is one of four
      tasks: { subject, categories: { calls: { ...calls, exclude: { token: 'private' } } } },
    },
  });
  assert.equal(config.exports?.account?.source, 'main');
});

test('a config is handed back as it was written', () => {
  const written = { product, sources: {}, exports: {} };
  assert.equal(defineConfig(written), written);
});
