import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import type { PostgresSourceOptions } from '../../src/sources/postgres/source.ts';
import type { Reader } from '../../src/sources/source.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { closeAll, type Product, postgresProduct, sourceAt } from './drivers.ts';
import { inSnapshot, newline, readLines, readRows, readText, refusal, selectionOf } from './reading.ts';

describe('a connection to a source, when its snapshot or reader was closed,', () => {
  let server: TestPostgres;
  let product: Product & { url: string };
  before(async () => {
    server = await startPostgres();
    product = await postgresProduct(await server.createDatabase());
    await product.run(`
      create table large (id int primary key, account_id int, body text);
      insert into large select i, 1, repeat(md5(i::text), 30) from generate_series(1, 30000) i`);
  });
  after(async () => {
    await closeAll();
    await server.stop();
  });

  const large = selectionOf('large', ['id', 'body']);
  const sleeping = { ...large, where: 'pg_sleep(3600) is not null' };

  let sources = 0;
  /** A source, and the states of its backends by their ids: it goes by a name of its own. */
  function open(options: Partial<PostgresSourceOptions> = {}) {
    const applicationName = `source_${sources++}`;
    const source = sourceAt(product.url, { applicationName, ...options });
    const backends = () =>
      product.ask(
        `select pid || ' ' || state from pg_stat_activity where application_name = '${applicationName}' order by pid`,
      );
    return { source, backends };
  }

  const backendOf = async (reader: Reader) =>
    (await reader.ask({ name: 'backend', sql: 'select pg_backend_pid()' }))[0]?.[0];

  test('is used by the next one, which sees what was written since', async () => {
    await product.run('create table grown (id int primary key, account_id int)');
    const { source, backends } = open();
    const grown = selectionOf('grown', ['id']);
    const first = await inSnapshot(source, async (snapshot) => {
      assert.deepEqual(await readRows(snapshot, grown), []);
      return backendOf(snapshot);
    });
    assert.deepEqual(await backends(), [`${first} idle`]);
    await product.run('insert into grown values (7, 1); alter table grown add more text');
    await inSnapshot(source, async (snapshot) => {
      assert.deepEqual(await readRows(snapshot, grown), [{ id: 7 }]);
      assert.deepEqual(await readRows(snapshot, selectionOf('grown', ['more'])), [{ more: null }]);
      assert.equal(await backendOf(snapshot), first);
      const reader = await source.joinSnapshot(snapshot.id);
      const second = await backendOf(reader);
      assert.notEqual(second, first);
      await reader.close();
      const next = await source.joinSnapshot(snapshot.id);
      assert.equal(await backendOf(next), second);
      await next.close();
    });
    await source.close();
  });

  test('keeps nothing of the transaction before, neither settings nor locks', async () => {
    await product.run(`create function leave_a_setting() returns int volatile language sql as
      $$ select set_config('work_mem', '77MB', false); select set_config('timezone', 'Asia/Tokyo', false); select 1 $$`);
    const { source } = open({ maxConnections: 1 });
    const ask = (sql: string) =>
      inSnapshot(source, async (snapshot) => [
        (await snapshot.ask({ name: 'question', sql }))[0]?.[0],
        await backendOf(snapshot),
      ]);
    const [, first] = await ask('select leave_a_setting()');
    const [setting, second] = await ask(
      "select current_setting('work_mem') || ' ' || current_setting('timezone')",
    );
    assert.equal(setting, '4MB UTC');
    assert.equal(second, first);
    const locks = await product.ask(`select relation::regclass::text from pg_locks where pid = ${first}`);
    assert.deepEqual(locks, []);
    await source.close();
  });

  test('has one user at a time: who still has the closed one reads nothing through it', async () => {
    const { source, backends } = open();
    const closed = await source.openSnapshot();
    await closed.close();
    const snapshot = await source.openSnapshot();
    await closed.close();
    await refusal(readText(closed, large), 'source_unavailable');
    await refusal(closed.count(large, '1'), 'source_unavailable');
    assert.equal((await readLines(snapshot, large)).length, 30_000);
    const both = await Promise.all([source.joinSnapshot(snapshot.id), source.openSnapshot()]);
    const users = await Promise.all([snapshot, ...both].map(backendOf));
    assert.equal(new Set(users).size, 3);
    for (const one of [...both, snapshot]) await one.close();
    assert.equal((await backends()).length, 3);
    await source.close();
  });

  test('is not used again when a read of it was cancelled, left, or failed', async () => {
    const { source, backends } = open({ restMs: 3_600_000 });
    const used = async (use: (reader: Reader) => Promise<unknown>) => {
      const snapshot = await source.openSnapshot();
      await use(snapshot);
      await snapshot.close();
      await until(async () => (await backends()).length === 0);
    };
    await used(async (reader) => {
      const controller = new AbortController();
      const reading = readText(reader, large, '1', { signal: controller.signal });
      controller.abort(new Error('too early to be a statement'));
      await assert.rejects(reading, /too early/);
    });
    await used(async (reader) => {
      const controller = new AbortController();
      const reading = readText(reader, sleeping, '1', { signal: controller.signal });
      await until(async () => (await backends()).some((backend) => backend?.endsWith(' active')));
      controller.abort(new Error('enough'));
      await assert.rejects(reading, /enough/);
    });
    await used(async (reader) => {
      await reader.read(large, '1', { separator: newline })[Symbol.asyncIterator]().next();
    });
    await used((reader) =>
      refusal(readText(reader, { ...large, where: '1 / (id - id) = 1' }), 'source_refused'),
    );
    await source.close();
  });

  test('that died meanwhile fails no export', async () => {
    const { source, backends } = open();
    const snapshot = await source.openSnapshot();
    const readers = [await source.joinSnapshot(snapshot.id), await source.joinSnapshot(snapshot.id)];
    for (const one of [...readers, snapshot]) await one.close();
    assert.equal((await backends()).length, 3);
    await product.ask(
      "select pg_terminate_backend(pid)::text from pg_stat_activity where application_name ~ '^source_'",
    );
    const next = await source.openSnapshot();
    assert.equal((await readLines(next, large)).length, 30_000);
    await next.close();
    assert.equal((await backends()).length, 1);
    await source.close();
  });

  test('that a pooler dropped without a word fails no export, and is tried once only', async () => {
    let deaths = 0;
    let isDying = false;
    const { source } = open({
      wrap: (connection) => ({
        ...connection,
        async begin(start, answer) {
          if (!isDying) return connection.begin(start, answer);
          deaths++;
          throw Object.assign(new Error('server closed the connection unexpectedly'), { code: '08P01' });
        },
      }),
    });
    await (await source.openSnapshot()).close();
    isDying = true;
    await refusal(source.openSnapshot(), 'source_unavailable');
    assert.equal(deaths, 2);
    await refusal(source.openSnapshot(), 'source_unavailable');
    assert.equal(deaths, 3);
    isDying = false;
    await (await source.openSnapshot()).close();
    await source.close();
  });

  test('is closed after some time without use, and when it is old', async () => {
    const idle = open({ restMs: 50 });
    await (await idle.source.openSnapshot()).close();
    await until(async () => (await idle.backends()).length === 0);
    await (await idle.source.openSnapshot()).close();
    await idle.source.close();

    const old = open({ maxConnectionAgeMs: 0 });
    await (await old.source.openSnapshot()).close();
    await until(async () => (await old.backends()).length === 0);
    await old.source.close();
  });

  test('counts in the budget, and is closed with the source', async () => {
    const { source, backends } = open({ maxConnections: 2, restMs: 5 });
    let most = 0;
    for (let round = 0; round < 30; round++) {
      const opening = Promise.all([1, 2, 3].map(() => source.openSnapshot().then((one) => one.close())));
      most = Math.max(most, (await backends()).length);
      await opening;
      if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const snapshot = await source.openSnapshot();
      const reader = await source.joinSnapshot(snapshot.id);
      most = Math.max(most, (await backends()).length);
      await Promise.all([reader.close(), snapshot.close()]);
    }
    assert.equal(most, 2);
    await source.close();

    const kept = open({ maxConnections: 2 });
    await (await kept.source.openSnapshot()).close();
    assert.equal((await kept.backends()).length, 1);
    await kept.source.close();
    await until(async () => (await kept.backends()).length === 0);
  });

  test('does not keep the process', async () => {
    const script = `
      import { openPostgresSource } from ${JSON.stringify(new URL('../../src/sources/postgres/source.ts', import.meta.url).href)};
      const source = openPostgresSource({ url: process.env.SOURCE_URL, maxConnections: 2, statementTimeoutMs: 60000,
        maxSnapshotMs: 60000, restMs: 3600000 });
      for (let i = 0; i < 2; i++) await (await source.openSnapshot()).close();
      console.log('done');`;
    const printed = await new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', script],
        { env: { ...process.env, SOURCE_URL: product.url }, timeout: 60_000 },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      );
    });
    assert.equal(printed, 'done\n');
  });

  test('to a server that was restarted fails no export', async () => {
    const restarted = await startPostgres();
    const source = sourceAt(restarted.url);
    const snapshot = await source.openSnapshot();
    const reader = await source.joinSnapshot(snapshot.id);
    await Promise.all([reader.close(), snapshot.close()]);
    await restarted.kill('SIGKILL');
    await restarted.restart();
    for (let i = 0; i < 3; i++) assert.ok(await inSnapshot(source, backendOf));
    await source.close();
    await restarted.stop();
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
