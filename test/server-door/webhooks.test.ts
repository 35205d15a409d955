import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { revokeApiKey, updateApiKey } from '../../src/steps/api-keys.ts';
import { waitFor } from '../support/installation.ts';
import { clientOf, type Door, download, handover, openDoor, prepare, serverToken } from './door.ts';
import { type Received, startReceiver } from './receiver.ts';

const channel = { channels: [{ cid: 'livestream:white-room' }] };
const user = { user_ids: ['alice'] };

describe('a webhook', () => {
  it('is told once of each export that ended well, signed, with an address that works', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const key = await door.createKey('shop', { webhookUrl: receiver.url });
    const client = await clientOf(door, key);
    const ids = {
      'export.channels.success': await client.start('/export_channels', channel),
      'export.users.success': await client.start('/export/users', user),
    };
    for (const id of Object.values(ids)) await client.whenOver(id);
    await delivered(door, 2);

    assert.equal(receiver.received.length, 2);
    for (const [type, id] of Object.entries(ids)) {
      const event = receiver.received.find(({ raw }) => JSON.parse(raw.toString()).type === type);
      assert(event, type);
      assertSigned(event, key.secret);
      const { url, ...told } = JSON.parse(event.raw.toString());
      const names = ['type', 'task_id', 'started_at', 'finished_at', 'created_at', 'custom'];
      assert.deepEqual(Object.keys(told).sort(), names.sort());
      assert.equal(told.task_id, id);
      assert.deepEqual(told.custom, {});
      const file = await download(url);
      assert.match(file, type.includes('users') ? /"alice"/ : /"white-room"/);
    }
  });

  it('writes instants as unix nanoseconds with all 19 digits, in their order', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const client = await clientOf(door, await door.createKey('shop', { webhookUrl: receiver.url }));
    await client.whenOver(await client.start('/export/users', user));
    await delivered(door, 1);
    const raw = receiver.received[0]?.raw.toString() ?? '';
    const [startedAt, finishedAt, createdAt] = ['started_at', 'finished_at', 'created_at'].map((name) =>
      BigInt(new RegExp(`"${name}":(\\d{19})[,}]`).exec(raw)?.[1] ?? 0),
    );
    assert(startedAt && finishedAt && createdAt, raw);
    assert(startedAt <= finishedAt && finishedAt <= createdAt, raw);
    assert(Math.abs(Number(finishedAt / 1_000_000n) - Date.now()) < 600_000, raw);
  });

  it('is told of exports that failed, with words in place of an address', async (t) => {
    const door = await openDoor(t, { policy: { retries: 0 } });
    const receiver = await startReceiver(t);
    const key = await door.createKey('shop', { webhookUrl: receiver.url });
    const client = await clientOf(door, key);
    // Known when they are asked for, unreadable when they are read.
    await door.product.query(`alter table posts rename to old_posts`);
    const ids = {
      'export.channels.error': await client.start('/export_channels', channel),
      'export.users.error': await client.start('/export/users', user),
    };
    for (const [type, id] of Object.entries(ids)) {
      const task = await client.whenOver(id);
      assert.equal(task.status, 'failed');
      await delivered(door, 1, id);
      const event = receiver.received.find(({ raw }) => JSON.parse(raw.toString()).task_id === id);
      assert(event);
      assertSigned(event, key.secret);
      const told = JSON.parse(event.raw.toString());
      assert.equal(told.type, type);
      assert.equal(told.error, task.error.description);
      assert.equal('url' in told, false);
    }
    assert.equal(receiver.received.length, 2);
  });

  it('that answers with a fault is tried again with growing pauses, and told once it answers well', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const key = await door.createKey('shop', { webhookUrl: receiver.url });
    receiver.respond = (response) => response.writeHead(500).end('out of order');
    const client = await clientOf(door, key);
    const id = await client.start('/export/users', user);
    await tried(door, 1, id);
    assert.match((await deliveryOf(door, id))?.last_error ?? '', /500/);
    const pauses = [await pauseSeconds(door)];
    for (let tries = 2; tries <= 5; tries++) {
      await hurry(door);
      await tried(door, tries, id);
      pauses.push(await pauseSeconds(door));
    }
    assert(
      pauses.every((pause) => pause >= 5),
      pauses.join(),
    );
    assert((pauses.at(-1) ?? 0) > 2 * (pauses[0] ?? 0), pauses.join());

    receiver.respond = (response) => response.writeHead(204).end();
    await hurry(door);
    await delivered(door, 1);
    assert.deepEqual(await deliveryOf(door, id), { tries: 6, last_error: null, is_given_up: false });
    assert.equal(receiver.received.length, 6);
    for (const event of receiver.received) assertSigned(event, key.secret);
  });

  it('that never answers well is given up in the end, and that is written down', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const client = await clientOf(door, await door.createKey('shop', { webhookUrl: receiver.url }));
    // Nobody listens: connection refused.
    await receiver.stop();
    const id = await client.start('/export/users', user);
    assert.equal((await client.whenOver(id)).status, 'completed', 'the export does not depend on it');
    const last = await waitFor('the delivery to be given up', async () => {
      await hurry(door);
      const delivery = await deliveryOf(door, id);
      return delivery?.is_given_up ? delivery : null;
    });
    assert(last.tries > 10, `${last.tries} tries`);
    assert.match(last.last_error ?? '', /ECONNREFUSED/);
  });

  it('that says nothing is not waited for longer than ten seconds', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    receiver.respond = () => {};
    const client = await clientOf(door, await door.createKey('shop', { webhookUrl: receiver.url }));
    const id = await client.start('/export/users', user);
    await tried(door, 1, id);
    assert.match((await deliveryOf(door, id))?.last_error ?? '', /timeout/i);
  });

  it('is not followed elsewhere: a signed word is for the address that the operator gave', async (t) => {
    const door = await openDoor(t);
    const [receiver, elsewhere] = [await startReceiver(t), await startReceiver(t)];
    receiver.respond = (response) => response.writeHead(307, { location: elsewhere.url }).end();
    const client = await clientOf(door, await door.createKey('shop', { webhookUrl: receiver.url }));
    await tried(door, 1, await client.start('/export/users', user));
    assert.equal(receiver.received.length, 1);
    assert.deepEqual(elsewhere.received, []);
  });

  it('has an address that can be called: one with a user and password is refused when the key is made', async (t) => {
    const ground = await prepare(t);
    const address = 'https://shop:password@api.example.com/exports';
    await assert.rejects(handover(ground, 'keys', 'create', '--webhook', address));
    assert.equal(await handover(ground, 'keys', 'list', '--json'), '[]\n');
  });

  it('hears nothing where the key has none, lost it, or was revoked', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const without = await clientOf(door, await door.createKey('without'));
    await without.whenOver(await without.start('/export/users', user));
    assert.equal(await countDeliveries(door), 0);

    receiver.respond = (response) => response.writeHead(503).end();
    for (const end of ['lost', 'revoked']) {
      const key = await door.createKey(end, { webhookUrl: receiver.url });
      const id = await (await clientOf(door, key)).start('/export/users', user);
      await tried(door, 1, id);
      const heard = receiver.received.length;
      if (end === 'lost') await updateApiKey(door.parts, key.key, { webhookUrl: null });
      else await revokeApiKey(door.parts, key.key);
      await hurry(door);
      await waitFor('the delivery to be given up', async () =>
        (await deliveryOf(door, id))?.is_given_up ? true : null,
      );
      assert.equal(receiver.received.length, heard);
    }
  });

  it('leaves no secret, token or signature in the log', async (t) => {
    const door = await openDoor(t);
    const receiver = await startReceiver(t);
    const key = await door.createKey('shop', { webhookUrl: `${receiver.url}?token=CANARY_in_the_address` });
    const client = await clientOf(door, key);
    const task = await client.whenOver(await client.start('/export/users', user));
    await download(task.result.url);
    await delivered(door, 1);
    receiver.respond = (response) => response.writeHead(500).end();
    await tried(door, 1, await client.start('/export_channels', channel));
    await waitFor('the log to tell of it', async () =>
      door.logged().includes('not delivered') ? true : null,
    );
    const secrets = {
      'the secret': key.secret,
      'the token': await serverToken(key.secret),
      'a signature of an event': String(receiver.received[0]?.headers['x-signature']),
      'a signature of an address': new URL(task.result.url).searchParams.get('signature') ?? '?',
      "the webhook's own token": 'CANARY_in_the_address',
    };
    for (const [what, text] of Object.entries(secrets)) assert(!door.logged().includes(text), what);
  });
});

function assertSigned({ headers, raw, method, path }: Received, secret: string): void {
  assert.equal(method, 'POST');
  assert.equal(path, '/exports');
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  assert.equal(headers['x-signature'], createHmac('sha256', secret).update(raw).digest('hex'));
}

interface Delivery {
  tries: number;
  last_error: string | null;
  is_given_up: boolean;
}

async function deliveryOf({ parts }: Door, exportId: string): Promise<Delivery | null> {
  const [row] = await parts.db.query<Delivery>(
    `select tries, last_error, given_up_at is not null as is_given_up
     from handover.webhook_deliveries where export_id = $1`,
    [exportId],
  );
  return row ?? null;
}

async function countDeliveries({ parts }: Door): Promise<number> {
  const [row] = await parts.db.query<{ count: number }>(
    'select count(*) as count from handover.webhook_deliveries',
  );
  return row?.count ?? 0;
}

async function tried(door: Door, tries: number, exportId: string): Promise<void> {
  await waitFor(`try ${tries}`, async () =>
    ((await deliveryOf(door, exportId))?.tries ?? 0) >= tries ? true : null,
  );
}

async function delivered({ parts }: Door, count: number, exportId: string | null = null): Promise<void> {
  await waitFor(`${count} to be delivered`, async () => {
    const rows = await parts.db.query(
      `select 1 from handover.webhook_deliveries
       where delivered_at is not null and ($1::uuid is null or export_id = $1::uuid)`,
      [exportId],
    );
    return rows.length === count ? true : null;
  });
}

/** How far off the next try is. */
async function pauseSeconds({ parts }: Door): Promise<number> {
  return waitFor('the next try to be planned', async () => {
    const [row] = await parts.db.query<{ seconds: number }>(
      `select extract(epoch from start_after - now())::float8 as seconds from handover_queue.job
       where name = 'send-webhook' and state = 'retry'`,
    );
    return row?.seconds ?? null;
  });
}

/** The queue goes by the wall clock: what it put off is put to now. */
async function hurry({ parts }: Door): Promise<void> {
  await parts.db.query(
    `update handover_queue.job set start_after = now() where name = 'send-webhook' and state = 'retry'`,
  );
}
