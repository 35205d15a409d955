import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StreamChat } from 'stream-chat';
import { waitFor } from '../support/installation.ts';
import { clientOf, download, type Ground, handover, type Key, prepare, serve } from './door.ts';
import { fillRooms, roomBody } from './rooms.ts';

describe('many requests at once', () => {
  for (const [state, count] of [
    ['postgres', 1000],
    ['pglite', 100],
  ] as const) {
    it(`are all started, and all done once: ${count}, state in ${state}`, async (t) => {
      const ground = await prepare(t, { state, fill: (product) => fillRooms(product, count) });
      const key = await createKey(ground, 'burst');
      await serve(ground);
      // How long calls take, against the 3 s that the SDK waits by itself, is measured by the benchmark `burst`.
      const sdk = new StreamChat(key.key, key.secret, { baseURL: ground.url, timeout: 60_000 });

      const startedAt = performance.now();
      const started = await Promise.all(
        Array.from({ length: count }, async (_, n) => {
          const calledAt = performance.now();
          const { task_id: id } = await sdk.exportChannel({ type: 'messaging', id: `room-${n}` });
          return { n, id, ms: performance.now() - calledAt };
        }),
      );
      report(
        t,
        'calls',
        started.map(({ ms }) => ms),
        performance.now() - startedAt,
      );
      assert.equal(new Set(started.map(({ id }) => id)).size, count, 'an id of its own for each');

      const left = new Set(started.map(({ id }) => id));
      await progressing(left, async (id) => {
        const { status } = await sdk.getTask(id);
        assert.notEqual(status, 'failed');
        return status === 'completed';
      });
      const seconds = (performance.now() - startedAt) / 1000;
      t.diagnostic(`all done after ${seconds.toFixed(1)} s: ${(count / seconds).toFixed(1)} tasks a second`);

      for (const { n, id } of started) {
        const { result } = await sdk.getTask(id);
        const [entry, ...more] = JSON.parse(await download(String(result?.url)));
        assert.deepEqual(more, []);
        assert.equal(entry.channel.cid, `messaging:room-${n}`);
        assert.deepEqual(
          entry.messages.map(({ text }: { text: string }) => text),
          [`one of ${n}`, `two of ${n}`],
        );
      }
      assert.equal((await ground.storedFiles()).length, count, 'one part for each, and no other');
      if (state === 'postgres')
        await assertOnceEach(
          ground,
          started.map(({ id }) => id),
        );
    });
  }
});

describe('fairness between keys', () => {
  it('lets one task of a key end while hundreds of another wait', async (t) => {
    const ground = await prepare(t, { fill: (product) => fillRooms(product, 300) });
    const many = await createKey(ground, 'many');
    const one = await createKey(ground, 'one');
    await serve(ground);
    const [flood, single] = [await clientOf(ground, many), await clientOf(ground, one)];
    await Promise.all(Array.from({ length: 300 }, (_, n) => flood.start('/export_channels', roomBody(n))));
    const id = await single.start('/export_channels', roomBody(7));
    await single.whenOver(id);
    const waiting = await unfinished(ground, many.key);
    t.diagnostic(`${waiting} of 300 still waited`);
    assert(waiting > 150, `${waiting} of 300 still waited`);
  });

  it('lets it end also when every worker could be kept busy by two others', async (t) => {
    const ground = await prepare(t, { fill: (product) => fillRooms(product, 150) });
    const keys = [await createKey(ground, 'many'), await createKey(ground, 'as many')];
    const one = await createKey(ground, 'one');
    await serve(ground);
    for (const key of keys) {
      const flood = await clientOf(ground, key);
      await Promise.all(Array.from({ length: 150 }, (_, n) => flood.start('/export_channels', roomBody(n))));
    }
    const single = await clientOf(ground, one);
    await single.whenOver(await single.start('/export_channels', roomBody(7)));
    for (const { key, name } of keys) {
      const waiting = await unfinished(ground, key);
      t.diagnostic(`${waiting} of the 150 of ${name} still waited`);
      assert(waiting > 50, `${waiting} of the 150 of ${name} still waited`);
    }
  });
});

async function createKey(ground: Ground, name: string): Promise<Key> {
  return JSON.parse(await handover(ground, 'keys', 'create', '--name', name, '--json'));
}

/**
 * Asks after those that are left in their order, each time until a few are met that are not over: asking without a pause takes
 * more time than what is asked about. Throws when a minute brings none to its end.
 */
async function progressing(left: Set<string>, isOver: (id: string) => Promise<boolean>): Promise<void> {
  while (left.size > 0) {
    await waitFor('one more to end', async () => {
      await sleep(500);
      const before = left.size;
      let notOver = 0;
      for (const id of left) {
        if (await isOver(id)) left.delete(id);
        else if (++notOver === 10) break;
      }
      return left.size < before ? true : null;
    });
  }
}

async function assertOnceEach(ground: Ground, ids: string[]): Promise<void> {
  const rows = await stateOf<{ id: string; status: string; completions: number }>(
    ground,
    `select e.id, e.status, count(v.id)::int as completions from handover.data_exports e
     left join handover.export_events v on v.export_id = e.id and v.event = 'completed' group by e.id`,
  );
  assert.deepEqual(rows.map(({ id }) => id).sort(), [...ids].sort());
  for (const row of rows) assert.deepEqual(row, { id: row.id, status: 'completed', completions: 1 });
}

async function unfinished(ground: Ground, key: string): Promise<number> {
  const [row] = await stateOf<{ waiting: number }>(
    ground,
    `select count(*)::int as waiting from handover.data_exports where api_key = '${key}' and status = 'confirmed'`,
  );
  return row?.waiting ?? 0;
}

async function stateOf<Row>({ env }: Ground, sql: string): Promise<Row[]> {
  const state = new pg.Client({ connectionString: env.DATABASE_URL });
  await state.connect();
  try {
    return (await state.query(sql)).rows as Row[];
  } finally {
    await state.end();
  }
}

function report(t: TestContext, what: string, times: number[], totalMs: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  t.diagnostic(
    `${sorted.length} ${what} in ${Math.round(totalMs)} ms: p50 ${at(0.5)}, p95 ${at(0.95)}, slowest ${at(1)} ms`,
  );
}
