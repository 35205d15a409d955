import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Client } from 'pg';
import { type CopyBytes, tapCopyData } from '../../src/sources/postgres/copy-tap.ts';

describe('the tap of CopyData', () => {
  test('gives payloads to who reads and all else to the driver, in order, wherever a read ends', async () => {
    const message = fc.record({ kind: fc.constantFrom('d', 'd', 'd', 'N', 'c', 'Z'), body: fc.uint8Array() });
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(message), cuts, async (messages, sizes) => {
        const { driver, stream, tap } = tapped();
        const taken: Buffer[] = [];
        tap.to = (copied) => taken.push(...payloads(copied));
        const bytes = Buffer.concat(messages.map(frame));
        await feed(stream, bytes, sizes);
        const isCopyData = ({ kind }: Message) => kind === 'd';
        assert.deepEqual(
          Buffer.concat(taken),
          Buffer.concat(messages.filter(isCopyData).map(({ body }) => body)),
        );
        assert.deepEqual(
          Buffer.concat(driver),
          Buffer.concat(messages.filter((each) => !isCopyData(each)).map(frame)),
        );
      }),
    );
  });

  test('hands a payload over before what comes behind it', async () => {
    const { stream, tap, order } = tapped();
    tap.to = () => void order.push('payload');
    await feed(
      stream,
      Buffer.concat([frame({ kind: 'd', body: [1] }), frame({ kind: 'c', body: [] })]),
      [99],
    );
    assert.deepEqual(order, ['payload', 'driver']);
  });

  test('leaves everything to the driver while nobody reads', async () => {
    const { driver, stream } = tapped();
    const bytes = frame({ kind: 'd', body: [1, 2, 3] });
    await feed(stream, bytes, [2]);
    assert.deepEqual(Buffer.concat(driver), bytes);
  });

  test('refuses a driver that reads its socket in another way', () => {
    const client = { connection: { attachListeners() {} } };
    tapCopyData(client as unknown as Client, null);
    assert.throws(
      () => (client.connection.attachListeners as (stream: PassThrough) => void)(new PassThrough()),
      /not known/,
    );
  });
});

interface Message {
  kind: string;
  body: Iterable<number>;
}

function frame({ kind, body }: Message): Buffer {
  const bytes = Buffer.from([...body]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(kind), length, bytes]);
}

function payloads({ bytes, bounds }: CopyBytes): Buffer[] {
  const found: Buffer[] = [];
  for (let i = 0; i < bounds.length; i += 2)
    found.push(Buffer.from(bytes.subarray(bounds[i], bounds[i + 1])));
  return found;
}

/** A driver that only notes what it is given. */
function tapped() {
  const driver: Buffer[] = [];
  const order: string[] = [];
  const stream = new PassThrough();
  const connection = {
    attachListeners(attached: PassThrough) {
      attached.on('data', (bytes: Buffer) => {
        driver.push(bytes);
        order.push('driver');
      });
    },
  };
  const tap = tapCopyData({ connection } as unknown as Client, null);
  connection.attachListeners(stream);
  return { driver, stream, tap, order };
}

/** Sends bytes in pieces of these sizes, over and over. */
async function feed(stream: PassThrough, bytes: Buffer, sizes: number[]): Promise<void> {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] as number;
    stream.write(bytes.subarray(at, at + size));
    at += size;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
