import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { openS3Store } from '../../src/vault/s3-store.ts';
import { collect, inChunks, patternBytes } from './bytes.ts';
import { clientOf, emptyBucket, isNamed } from './s3-server.ts';
import { hasCode, names, storeContract } from './store-contract.ts';

storeContract('a bucket', async (t) => openS3Store(await emptyBucket(t)));

/** The smallest that S3 takes. */
const pageBytes = 5 * 1024 * 1024;

describe('a store in a bucket', () => {
  test('writes a large object in pages and gives back any range across them', async (t) => {
    const store = openS3Store(await emptyBucket(t), { pageBytes });
    for (const size of [pageBytes, pageBytes + 1, 3 * pageBytes, 3 * pageBytes + 12_345]) {
      const bytes = patternBytes(size);
      assert.deepEqual(await store.write('e_1/part-1', inChunks(bytes, 700_001, 3)), { sizeBytes: size });
      assert.equal(await store.size('e_1/part-1'), size);
      assert.ok(bytes.equals(await collect(store.read('e_1/part-1'))));
      const [start, end] = [pageBytes - 10, pageBytes + 10];
      assert.deepEqual(await collect(store.read('e_1/part-1', { start, end })), bytes.subarray(start, end));
    }
    assert.deepEqual(await names(store), ['e_1/part-1']);
  });

  test('asks for no more of a large object than two pages before one is sent', async (t) => {
    let sentBytes = 0;
    const settings = await emptyBucket(t, {
      before: (request) => {
        if (request.method === 'PUT') request.on('data', (chunk) => (sentBytes += chunk.length));
      },
    });
    let asked = 0;
    let mostOutstanding = 0;
    const chunk = patternBytes(256 * 1024);
    async function* watched() {
      for (; asked < 40 * 1024 * 1024; asked += chunk.length) {
        mostOutstanding = Math.max(mostOutstanding, asked - sentBytes);
        yield chunk;
      }
    }
    await openS3Store(settings, { pageBytes }).write('e_1/part-1', watched());
    assert.equal(asked, 40 * 1024 * 1024);
    assert.ok(mostOutstanding <= 2 * pageBytes + chunk.length, `${mostOutstanding} bytes were in memory`);
  });

  test('signs what it sends together with the hash of it, in one piece or in pages', async (t) => {
    const areRight: boolean[] = [];
    const settings = await emptyBucket(t, {
      before: (request) => {
        if (request.method !== 'PUT') return;
        const hash = createHash('sha256');
        request.on('data', (chunk) => hash.update(chunk));
        request.on('end', () =>
          areRight.push(request.headers['x-amz-content-sha256'] === hash.digest('hex')),
        );
      },
    });
    areRight.length = 0; // the bucket itself was made by a PUT
    const store = openS3Store(settings, { pageBytes });
    await store.write('small', inChunks(Buffer.of(1)));
    await store.write('large', inChunks(patternBytes(pageBytes + 1)));
    assert.deepEqual(areRight, [true, true, true]);
  });

  test('lists more than fits in one answer, and removes it', async (t) => {
    if (!isNamed) return t.skip('the server from npm fails at every cut list; needs TEST_S3_URL');
    const store = openS3Store(await emptyBucket(t), { keysPerPage: 3 });
    const all = Array.from({ length: 10 }, (_, part) => `e_1/part-${part}`);
    await Promise.all(all.map((name) => store.write(name, inChunks(Buffer.of(1)))));
    assert.deepEqual(await names(store, 'e_1'), all);
    await store.remove('e_1');
    assert.deepEqual(await names(store), []);
  });

  test('keeps to its prefix, also with a neighbour in the same bucket', async (t) => {
    const settings = await emptyBucket(t);
    const [store, neighbour] = ['a/', 'a/b-', ''].map((prefix) => openS3Store({ ...settings, prefix }));
    await neighbour?.write('e_1/part-1', inChunks(Buffer.of(1)));
    await store?.write('e_1/part-1', inChunks(Buffer.of(1)));
    await store?.remove('e_1');
    assert.equal(await neighbour?.size('e_1/part-1'), 1);
  });

  test('tries again what the server failed at', async (t) => {
    let refusals = 0;
    const settings = await emptyBucket(t, {
      before: (request, response) => {
        if (request.headers['amz-sdk-request']?.includes('attempt=1;')) return refuse(request, response);
      },
    });
    function refuse(request: IncomingMessage, response: ServerResponse) {
      refusals++;
      request.resume();
      response.writeHead(500, { 'content-type': 'application/xml' });
      response.end('<Error><Code>InternalError</Code><Message>Try again.</Message></Error>');
    }
    const store = openS3Store(settings, { pageBytes });
    const bytes = patternBytes(pageBytes + 5);
    await store.write('e_1/part-1', inChunks(bytes, 1_000_000));
    assert.ok(bytes.equals(await collect(store.read('e_1/part-1'))));
    await store.remove('e_1');
    assert.deepEqual(await names(store), []);
    assert.ok(refusals >= 7, `${refusals}`);
  });

  test('goes on with a read where its connection broke', async (t) => {
    let breaks = 0;
    const settings = await emptyBucket(t, {
      before: (request, response) => {
        if (request.method !== 'GET' || request.url?.includes('list-type')) return;
        // Breaks after some of the answer, each time.
        const write = response.write.bind(response);
        let written = 0;
        response.write = ((chunk: Uint8Array, ...rest: []) => {
          written += chunk.length;
          if (written > 400_000 && ++breaks) response.destroy();
          return write(chunk, ...rest);
        }) as typeof response.write;
      },
    });
    const store = openS3Store(settings);
    const bytes = patternBytes(2_000_000);
    await store.write('part', inChunks(bytes));
    assert.ok(
      bytes.subarray(7, 1_900_000).equals(await collect(store.read('part', { start: 7, end: 1_900_000 }))),
    );
    assert.ok(breaks >= 3, `${breaks}`);
  });

  test('says that it is away: nobody listens, the key is wrong, there is no bucket', async (t) => {
    const settings = await emptyBucket(t);
    const wrongKey = {
      accessKeyId: settings.credentials?.accessKeyId ?? '',
      secretAccessKey: 'x',
      sessionToken: null,
    };
    const closed = createServer().listen(0, '127.0.0.1');
    const endpoint = await new Promise<string>((resolve) => {
      closed.once('listening', () =>
        resolve(`http://127.0.0.1:${(closed.address() as { port: number }).port}`),
      );
    });
    await new Promise((resolve) => closed.close(resolve));
    for (const broken of [{ endpoint }, { credentials: wrongKey }, { bucket: 'no-such-bucket' }]) {
      const store = openS3Store({ ...settings, ...broken });
      await assert.rejects(store.write('part', inChunks(Buffer.of(1))), hasCode('store_unavailable'));
      await assert.rejects(collect(store.read('part')), hasCode('store_unavailable'));
      if (!('credentials' in broken) || isNamed) {
        await assert.rejects(names(store), hasCode('store_unavailable'));
        await assert.rejects(store.remove('part'), hasCode('store_unavailable'));
      }
    }
  });

  test('closes its connection when a reader stops early', async (t) => {
    let open = 0;
    const settings = await emptyBucket(t, {
      before: (request, response) => {
        if (request.method !== 'GET') return;
        open++;
        response.once('close', () => open--);
      },
    });
    const store = openS3Store(settings);
    await store.write('part', inChunks(patternBytes(4_000_000)));
    for await (const _chunk of store.read('part')) break;
    while (open > 0) await new Promise(setImmediate);
  });

  test('asks the server to encrypt, where the settings say so', async (t) => {
    const seen: unknown[] = [];
    const settings = await emptyBucket(t, {
      before: ({ method, headers }) => {
        if (method !== 'GET')
          seen.push([
            headers['x-amz-server-side-encryption'],
            headers['x-amz-server-side-encryption-aws-kms-key-id'],
          ]);
      },
    });
    seen.length = 0;
    const store = openS3Store({ ...settings, encryption: { by: 'aws:kms', keyId: 'k1' } }, { pageBytes });
    await store.write('small', inChunks(Buffer.of(1)));
    await store.write('large', inChunks(patternBytes(pageBytes + 1)));
    // One request for the small one; a beginning, two pages and an end for the large one.
    assert.deepEqual(seen, [
      ['aws:kms', 'k1'],
      ['aws:kms', 'k1'],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('removes uploads that killed processes left, and none beside them', async (t) => {
    if (!isNamed) return t.skip('the server from npm cannot list unfinished uploads; needs TEST_S3_URL');
    const settings = await emptyBucket(t);
    const client = clientOf(settings);
    const bucket = { Bucket: settings.bucket };
    for (const name of ['e_1/part-1', 'e_1/part-2', 'e_10/part-1']) {
      await client.send(new CreateMultipartUploadCommand({ ...bucket, Key: settings.prefix + name }));
    }
    const store = openS3Store(settings);
    assert.deepEqual(await names(store), []);
    await store.remove('e_1');
    const left = await client.send(new ListMultipartUploadsCommand(bucket));
    assert.deepEqual(
      left.Uploads?.map(({ Key }) => Key),
      ['handover/e_10/part-1'],
    );

    async function* failing() {
      yield patternBytes(pageBytes + 1);
      throw new Error('the source went away');
    }
    await assert.rejects(openS3Store(settings, { pageBytes }).write('e_2/part-1', failing()));
    assert.equal((await client.send(new ListMultipartUploadsCommand(bucket))).Uploads?.length, 1);
  });
});
