import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Selection } from '../../src/sources/source.ts';
import { sharedPostgres, startPostgres } from '../support/postgres.ts';
import { closeAll, drivers, type Product, postgresProduct, sourceAt } from './drivers.ts';
import { inSnapshot, readRows, readText, refusal, selectionOf } from './reading.ts';

describe('a Postgres source with something wrong', () => {
  let product: Product & { url: string };
  before(async () => {
    product = await postgresProduct(await (await sharedPostgres()).createDatabase());
    await product.run(`
      create table large (id int primary key, account_id int, body text);
      insert into large select i, 1, repeat(md5(i::text), 30) from generate_series(1, 30000) i`);
  });
  after(closeAll);

  const large = selectionOf('large', ['id', 'body']);

  /** What our own sessions are doing, as the server sees them. */
  const activity = () =>
    product.ask(`
      select state || ': ' || query from pg_stat_activity
      where application_name = 'handover' and datname = current_database()`);

  test('a server that does not answer is unavailable, which may pass', async () => {
    const source = sourceAt('postgres://nobody@127.0.0.1:1/nothing', { maxConnections: 2 });
    for (let i = 0; i < 3; i++) await refusal(source.openSnapshot(), 'source_unavailable');
    await refusal(source.joinSnapshot('0000-0000-1'), 'source_unavailable');
    await source.close();
  });

  test('a wrong password or database is refused, and an address that is none', async () => {
    const wrongPassword = Object.assign(new URL(product.url), { password: 'wrong' }).href;
    const wrongDatabase = Object.assign(new URL(product.url), { pathname: '/no_such_database' }).href;
    for (const url of [wrongPassword, wrongDatabase]) {
      const source = sourceAt(url);
      const { message } = await refusal(source.openSnapshot(), 'source_refused');
      assert.doesNotMatch(message, /wrong|no_such/);
    }
    for (const url of ['', 'mysql://host/db', 'localhost:5432']) {
      assert.throws(() => sourceAt(url), {
        code: 'config_invalid',
      });
    }
  });

  test('a table, a column or rows that the role may not read are refused, never left out', async () => {
    await product.run(`
      create table forbidden (id int, account_id int, secret text);
      create table guarded (id int, account_id int);
      insert into guarded values (1, 1), (2, 1);
      alter table guarded enable row level security;
      create policy the_first on guarded using (id = 1);
      create role reader_of_some login password 'pw';
      grant select (id, account_id) on forbidden to reader_of_some;
      grant select on guarded to reader_of_some`);
    const url = Object.assign(new URL(product.url), { username: 'reader_of_some', password: 'pw' }).href;
    const source = sourceAt(url);
    await inSnapshot(source, async (reader) => {
      const { message } = await refusal(
        readRows(reader, selectionOf('forbidden', ['secret'])),
        'source_refused',
      );
      assert.match(message, /permission denied for table forbidden.*Grant/);
      assert.deepEqual(await readRows(reader, selectionOf('forbidden', ['id'])), []);
      await refusal(readRows(reader, selectionOf('guarded', ['id'])), 'source_refused');
    });
    await source.close();
    await product.run('drop owned by reader_of_some; drop role reader_of_some');
  });

  test('a value that cannot be read is not repeated in the message', async () => {
    await product.run(`
      create table told (id int, account_id int, body text);
      insert into told values (1, 1, 'CANARY_BODY')`);
    const selection = selectionOf('told', ['id'], { where: 'body::int = 1' });
    await inSnapshot(product.source, async (reader) => {
      const { message, details } = await refusal(readRows(reader, selection), 'source_refused');
      assert.doesNotMatch(message + JSON.stringify(details), /CANARY/);
    });
  });

  test('a predicate that writes is refused', async () => {
    await product.run(`
      create table written (id int, account_id int);
      insert into written values (1, 1);
      create function write_it() returns boolean language sql as 'delete from written returning true'`);
    await inSnapshot(product.source, async (reader) => {
      await refusal(
        readRows(reader, selectionOf('written', ['id'], { where: 'write_it()' })),
        'source_refused',
      );
    });
    assert.deepEqual(await product.ask('select count(*)::text from written'), ['1']);
  });

  test('a statement that takes longer than it may is stopped', async () => {
    const source = sourceAt(product.url, { statementTimeoutMs: 50 });
    await inSnapshot(source, async (reader) => {
      const sleeping = { ...large, where: 'pg_sleep(3600) is not null' };
      const { message } = await refusal(readText(reader, sleeping), 'source_unavailable');
      assert.match(message, /longer than it may/);
    });
    await source.close();
  });

  test('a table that is locked is not waited for for long, and nobody waits behind us', async () => {
    await product.run(`create table busy (id int primary key, account_id int)`);
    await product.run('begin; lock table busy in access exclusive mode');
    const source = sourceAt(product.url, { lockTimeoutMs: 100 });
    try {
      await inSnapshot(source, async (reader) => {
        const { message } = await refusal(
          readRows(reader, selectionOf('busy', ['id'])),
          'source_unavailable',
        );
        assert.match(message, /locked/);
      });
    } finally {
      await product.run('rollback');
      await source.close();
    }
  });

  test('a reader that was forgotten is ended by the server, and the holder of a snapshot is not', async () => {
    const source = sourceAt(product.url, { readerIdleTimeoutMs: 100 });
    const snapshot = await source.openSnapshot();
    const forgotten = await source.joinSnapshot(snapshot.id);
    await until(async () => (await activity()).length === 1);
    await refusal(readRows(forgotten, large), 'source_unavailable');
    assert.equal((await readRows(snapshot, { ...large, where: 'id < 3' })).length, 2);
    await forgotten.close();
    await snapshot.close();
    await source.close();
  });

  test('a snapshot that outlives its budget, because its holder hangs, is ended by the server', async () => {
    const source = sourceAt(product.url, { maxSnapshotMs: 100, serverGraceMs: 0 });
    const snapshot = await source.openSnapshot();
    await until(async () => (await activity()).length === 0);
    await refusal(readRows(snapshot, large), 'snapshot_too_old');
    await snapshot.close();
    await source.close();
  });

  test('a connection that breaks in the middle of a read is unavailable, and its snapshot is lost', async () => {
    const source = sourceAt(product.url);
    const snapshot = await source.openSnapshot();
    const reader = await source.joinSnapshot(snapshot.id);
    const sleeping = { ...large, where: 'pg_sleep(3600) is not null' };
    const reading = refusal(readText(reader, sleeping), 'source_unavailable');
    await until(async () => (await activity()).some((query) => query?.startsWith('active: copy')));
    await product.ask(`
      select pg_terminate_backend(pid)::text from pg_stat_activity
      where application_name = 'handover' and datname = current_database()`);
    await reading;
    await refusal(source.joinSnapshot(snapshot.id), 'snapshot_lost');
    await refusal(readText(snapshot, large), 'source_unavailable');
    await snapshot.close();
    await reader.close();
    await (await source.openSnapshot()).close();
    await source.close();
  });

  test('a server that is restarted loses its snapshots, and is read again', async () => {
    const server = await startPostgres();
    const source = sourceAt(server.url);
    const snapshot = await source.openSnapshot();
    await server.kill('SIGKILL');
    await refusal(source.joinSnapshot(snapshot.id), 'source_unavailable');
    await server.restart();
    await refusal(source.joinSnapshot(snapshot.id), 'snapshot_lost');
    await refusal(readRows(snapshot, large), 'source_unavailable');
    await snapshot.close();
    await (await source.openSnapshot()).close();
    await source.close();
    await server.stop();
  });

  test('a snapshot of another database is lost', async () => {
    const other = await drivers.postgres?.();
    assert.ok(other);
    const snapshot = await product.source.openSnapshot();
    await refusal(other.source.joinSnapshot(snapshot.id), 'snapshot_lost');
    await snapshot.close();
  });

  test('finds a snapshot lost when a table was emptied or rewritten since, rather than miss rows', async () => {
    await product.run(`
      create table emptied (id int primary key, account_id int);
      create table rewritten (id int primary key, account_id int);
      create table parted (id int, account_id int) partition by range (id);
      create table parted_1 partition of parted for values from (0) to (100);
      create table parted_2 partition of parted for values from (100) to (200);
      create view viewed as select * from emptied;
      create table parent (id int primary key, account_id int);
      create table child () inherits (parent);
      insert into child values (1, 1);
      create table untouched (id int primary key, account_id int);
      insert into emptied values (1, 1);
      insert into rewritten values (1, 1);
      insert into parted values (1, 1), (101, 1);
      insert into untouched values (1, 1)`);
    const snapshot = await product.source.openSnapshot();
    try {
      assert.equal((await readRows(snapshot, selectionOf('parted', ['id']))).length, 2);
      await product.run('truncate emptied, child; alter table rewritten alter id type bigint');
      await product.run('alter table parted detach partition parted_2; alter table untouched add more text');
      for (const table of ['emptied', 'rewritten', 'parted', 'viewed', 'parent']) {
        await refusal(readRows(snapshot, selectionOf(table, ['id'])), 'snapshot_lost', table);
      }
      assert.deepEqual(await readRows(snapshot, selectionOf('untouched', ['id'])), [{ id: 1 }]);
    } finally {
      await snapshot.close();
    }
  });

  test('finds a snapshot lost when another table has the name since, whose rows it would not see', async () => {
    await product.run(`
      create schema apart;
      create table swapped (id int primary key, account_id int);
      create table owned (id int primary key, swapped_id int);
      create table apart.moved (id int primary key, account_id int);
      create table renamed (id int primary key, account_id int);
      insert into swapped values (1, 1);
      insert into owned values (1, 1);
      insert into apart.moved values (1, 1);
      insert into renamed values (1, 1)`);
    const owned: Selection = {
      ...selectionOf('owned', ['id']),
      belongsTo: {
        column: 'account_id',
        through: [{ schema: 'public', table: 'swapped', on: { swapped_id: 'id' } }],
      },
    };
    const moved = { ...selectionOf('moved', ['id']), schema: 'apart' };
    const snapshot = await product.source.openSnapshot();
    try {
      for (const selection of [selectionOf('swapped', ['id']), owned, moved]) {
        assert.deepEqual(await readRows(snapshot, selection), [{ id: 1 }]);
      }
      await product.run(`
        begin;
        alter table swapped rename to swapped_before;
        create table swapped (like swapped_before including all);
        insert into swapped select * from swapped_before;
        alter schema apart rename to apart_before;
        create schema apart;
        create table apart.moved as select * from apart_before.moved;
        alter table renamed rename to renamed_since;
        commit`);
      await refusal(readRows(snapshot, selectionOf('swapped', ['id'])), 'snapshot_lost');
      await refusal(readRows(snapshot, owned), 'snapshot_lost');
      await refusal(readRows(snapshot, moved), 'snapshot_lost');
      await refusal(readRows(snapshot, selectionOf('renamed', ['id'])), 'source_refused');
    } finally {
      await snapshot.close();
    }
  });

  test('reads on when a partition or an heir was made since', async () => {
    await product.run(`
      create table lasting (id int, account_id int) partition by range (id);
      create table lasting_1 partition of lasting for values from (0) to (10);
      create table inherited (id int primary key, account_id int);
      create table heir () inherits (inherited);
      insert into lasting values (1, 1); insert into heir values (1, 1)`);
    const snapshot = await product.source.openSnapshot();
    try {
      await product.run(`
        create table lasting_2 partition of lasting for values from (10) to (20);
        create table second_heir () inherits (inherited);
        insert into lasting values (11, 1); insert into second_heir values (2, 1)`);
      for (const table of ['lasting', 'inherited']) {
        assert.deepEqual(await readRows(snapshot, selectionOf(table, ['id'])), [{ id: 1 }], table);
      }
    } finally {
      await snapshot.close();
    }
  });

  test('finds a snapshot lost when a table that it does not name is another since: below a view, or in a condition', async () => {
    await product.run(`
      create table below (id int primary key, account_id int); insert into below values (1, 1);
      create view above as select * from below;
      create table flagged (id int primary key, account_id int); insert into flagged values (1, 1);
      create table flags (id int primary key); insert into flags values (1);
      create table plain (id int primary key, account_id int); insert into plain values (1, 1)`);
    const above = selectionOf('above', ['id']);
    const where = 'exists (select from flags where flags.id = t.id)';
    const flagged = { ...selectionOf('flagged', ['id']), where };
    const plain = selectionOf('plain', ['id']);
    const snapshot = await product.source.openSnapshot();
    const readAll = async (selections: Selection[]) => {
      for await (const { chunks } of snapshot.readEach(selections, '1', { separator: Buffer.from(',') }))
        for await (const _ of chunks);
    };
    try {
      await readAll([plain, above, flagged]);
      for (const selection of [above, flagged]) {
        assert.deepEqual(await readRows(snapshot, selection), [{ id: 1 }]);
      }
      await product.run(`
        begin;
        create table copied as select * from below; create or replace view above as select * from copied;
        alter table flags rename to flags_before;
        create table flags (like flags_before); insert into flags select * from flags_before;
        commit`);
      for (const selection of [above, flagged]) {
        await refusal(readRows(snapshot, selection), 'snapshot_lost', selection.table);
        await refusal(readAll([plain, selection]), 'snapshot_lost', selection.table);
      }
      await readAll([plain]);
    } finally {
      await snapshot.close();
    }
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
