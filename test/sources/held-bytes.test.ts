import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect } from '../../src/sources/postgres/connection.ts';

// A server that says at the worst moment what real ones say seldom: while its client still holds what came before.

describe('bytes of a COPY that a consumer holds', () => {
  test('stay as they are when the server says more after the end', async (t) => {
    const connection = await connectTo(t, (socket) => {
      socket.write(Buffer.concat([copyOut, frame('d', 'A'.repeat(300)), copied]));
      setTimeout(() => socket.write(frame('N', `SNOTICE\0C00000\0M${'x'.repeat(200)}\0\0`)), 30);
    });
    const read: string[] = [];
    for await (const { bytes, bounds } of connection.copy('copy rows to stdout')) {
      await sleep(120);
      read.push(Buffer.from(bytes.subarray(bounds[0], bounds[1])).toString());
    }
    assert.deepEqual(read, ['A'.repeat(300)]);
    assert.deepEqual(await connection.query('select 1'), [['7']], 'and it reads on afterwards');
  });

  test('stay as they are when the connection is closed meanwhile, which does not wait for ever', async (t) => {
    const connection = await connectTo(t, (socket) => {
      socket.write(Buffer.concat([copyOut, frame('d', 'A'.repeat(300))]));
      setTimeout(() => socket.write(Buffer.concat(Array(500).fill(frame('d', 'B'.repeat(1000))))), 30);
    });
    const [first] = await take(connection);
    assert.ok(first);
    const closed = connection.close();
    await sleep(120);
    const { bytes, bounds } = first.value;
    assert.equal(Buffer.from(bytes.subarray(bounds[0], bounds[1])).toString(), 'A'.repeat(300));
    await closed;
    await assert.rejects(first.reader.next(), /closed/);
  });
});

async function take(connection: Connection) {
  const reader = connection.copy('copy rows to stdout')[Symbol.asyncIterator]();
  const { value, done } = await reader.next();
  return done ? [] : [{ value, reader }];
}

/** What a server answers to anything but a COPY: one row with the text `7`. */
async function connectTo(t: TestContext, answerCopy: (socket: Socket) => void): Promise<Connection> {
  const server = createServer((socket) => {
    let isKnown = false;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const sql = bytes.toString('latin1', 5);
      if (!isKnown) socket.write(Buffer.concat([frame('R', Buffer.alloc(4)), ready]));
      else if (sql.startsWith('copy')) answerCopy(socket);
      else socket.write(seven);
      isKnown = true;
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const connection = await connect({ url: `postgres://u:p@127.0.0.1:${port}/d`, applicationName: 'test' });
  t.after(() => connection.close());
  return connection;
}

function frame(kind: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

const ready = frame('Z', 'T');
const copyOut = frame('H', Buffer.from([0, 0, 0]));
const copied = Buffer.concat([frame('c', ''), frame('C', 'COPY 1\0'), ready]);
/** One column of type text, in the text format. */
const column = Buffer.concat([
  Buffer.from('\0\x01p\0', 'latin1'),
  Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]),
]);
const row = Buffer.from([0, 1, 0, 0, 0, 1, 0x37]);
const seven = Buffer.concat([frame('T', column), frame('D', row), frame('C', 'SELECT 1\0'), ready]);
