import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient, Stanza } from 'age-encryption';
import fc from 'fast-check';
import { HandoverError } from '../../src/errors.ts';
import {
  chunkBytes,
  digestHead,
  headBytes,
  sealedChunkBytes,
  sealedSizeBytes,
} from '../../src/vault/age-format.ts';
import { openHeader, sealHeader } from '../../src/vault/age-header.ts';
import { openHead } from '../../src/vault/age-open.ts';
import { createSealer } from '../../src/vault/age-seal.ts';
import { createBufferPool } from '../../src/vault/buffer-pool.ts';
import { type ByteRange, openInto } from '../../src/vault/open-chunks.ts';
import type { Store } from '../../src/vault/store.ts';
import { inChunks, patternBytes } from './bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

const borders = [
  0,
  1,
  chunkBytes - 1,
  chunkBytes,
  chunkBytes + 1,
  2 * chunkBytes,
  2 * chunkBytes + 1,
  3 * chunkBytes,
];
const anySize = fc.oneof(fc.constantFrom(...borders), fc.nat(4 * chunkBytes), fc.nat(300));
const longest = patternBytes(4 * chunkBytes);

const buffers = createBufferPool(100_000, 2);

let identity: string;
let recipient: string;

before(async () => {
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});

describe('sealing an age file', () => {
  test('opens to what was sealed, whatever its size and however it is cut into chunks', async () => {
    // The last chunk of each turn is large, so that a run of tiny ones does not take the whole file.
    const cuts = fc.array(fc.oneof(fc.nat(200_000), fc.constantFrom(1, chunkBytes)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anySize, cuts, cuts, async (size, sealCuts, targets) => {
        const plain = longest.subarray(0, size);
        const sealed = await seal(plain, ...sealCuts, 90_000);
        assert.equal(sealed.length, sealedSizeBytes(size));
        assert.deepEqual(await open(sealed, size, { start: 0, end: size }, [...targets, 90_000]), plain);
      }),
      { numRuns: 60 },
    );
  });

  test('gives the size of the sealed file beforehand', async () => {
    for (const size of borders)
      assert.equal((await seal(longest.subarray(0, size))).length, sealedSizeBytes(size));
  });

  test('lets the caller overwrite a chunk as soon as it was taken', async () => {
    const plain = longest.subarray(0, 3 * chunkBytes + 5);
    const sealer = createSealer(recipient);
    const sealed = [sealer.head];
    const reused = Buffer.alloc(50_000);
    for await (const chunk of inChunks(plain, reused.length)) {
      reused.set(chunk);
      sealed.push(...sealer.update(reused.subarray(0, chunk.length)));
      reused.fill(0);
    }
    sealed.push(...sealer.final());
    assert.deepEqual(await open(Buffer.concat(sealed), plain.length), plain);
  });

  test('names one recipient in the header and nobody else', async () => {
    const header = createSealer(recipient)
      .head.subarray(0, headBytes - 16)
      .toString();
    assert.match(header, /^age-encryption\.org\/v1\n-> X25519 \S{43}\n\S{43}\n--- \S{43}\n$/);
  });

  test('refuses what is no recipient', () => {
    for (const other of ['', 'age1', `${recipient}q`, recipient.toUpperCase(), identity]) {
      assert.throws(() => createSealer(other), /no X25519 recipient of age/);
    }
  });

  test('refuses a recipient, and a header, whose shared secret would be zero', () => {
    assert.throws(() => createSealer(`age1${'q'.repeat(58)}`));
    const { header } = sealHeader(recipient);
    const zero = header.toString().replace(/X25519 \S{43}/, `X25519 ${'A'.repeat(43)}`);
    assert.throws(() => openHeader(Buffer.from(zero), identity));
  });

  test('never seals two files alike', async () => {
    assert.notDeepEqual(await seal(longest.subarray(0, 100)), await seal(longest.subarray(0, 100)));
  });
});

describe('opening a range', () => {
  const size = 3 * chunkBytes + 777;
  const plain = longest.subarray(0, size);

  test('gives the same bytes as a slice of the whole', async () => {
    const sealed = await seal(plain);
    const position = fc.oneof(fc.nat(size), fc.constantFrom(...borders));
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        const range = { start: Math.min(a, b), end: Math.max(a, b) };
        assert.deepEqual(await open(sealed, size, range), plain.subarray(range.start, range.end));
      }),
      { numRuns: 150 },
    );
  });

  test('reads the header and the chunks it needs, nothing else', async () => {
    const sealed = await seal(plain);
    const asked: ByteRange[] = [];
    const whole = storeOf(sealed);
    const store: typeof whole = {
      readInto(name, target, start) {
        asked.push({ start, end: start + target.length });
        return whole.readInto(name, target, start);
      },
    };
    const head = await openHead(store, sealedFile(size), identity);
    await openInto({ store, buffers }, { ...sealedFile(size), head }, chunkBytes + 5, [Buffer.alloc(1)]);
    await openInto({ store, buffers }, { ...sealedFile(size), head }, 5, []);
    const chunkAt = headBytes + sealedChunkBytes;
    assert.deepEqual(asked, [
      { start: 0, end: 4096 },
      { start: chunkAt, end: chunkAt + sealedChunkBytes },
    ]);
  });

  test('outside of the file is refused', async () => {
    const sealed = await seal(plain);
    for (const range of [
      { start: -1, end: 5 },
      { start: size + 1, end: size + 1 },
      { start: 0, end: size + 1 },
    ]) {
      await assert.rejects(open(sealed, size, range), RangeError);
    }
  });
});

describe('a damaged file', () => {
  test('is noticed whichever byte was altered', async () => {
    const plain = longest.subarray(0, 40);
    const sealed = await seal(plain);
    for (let index = 0; index < sealed.length; index++) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const altered = Buffer.from(sealed);
        altered[index] = (altered[index] ?? 0) ^ bit;
        await assert.rejects(open(altered, plain.length), isDamaged, `byte ${index}, bit ${bit}`);
      }
    }
  });

  test('is noticed where a large one was altered, and only by who reads the altered chunk', async () => {
    const plain = longest.subarray(0, 2 * chunkBytes + 10);
    const sealed = await seal(plain);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: headBytes, max: sealed.length - 1 }), async (index) => {
        const altered = Buffer.from(sealed);
        altered[index] = (altered[index] ?? 0) ^ 0x04;
        await assert.rejects(open(altered, plain.length), isDamaged);
        const before = Math.floor((index - headBytes) / sealedChunkBytes) * chunkBytes;
        const after = before + chunkBytes;
        assert.deepEqual(
          await open(altered, plain.length, { start: 0, end: before }),
          plain.subarray(0, before),
        );
        if (after >= plain.length) return;
        const rest = { start: after, end: plain.length };
        assert.deepEqual(await open(altered, plain.length, rest), plain.subarray(after));
      }),
      { numRuns: 40 },
    );
  });

  for (const [size, what] of [
    [2 * chunkBytes + 10, 'with a short last chunk'],
    [3 * chunkBytes, 'of whole chunks'],
  ] as const) {
    test(`that was cut at the border of a chunk is noticed, ${what}`, async () => {
      const sealed = await seal(longest.subarray(0, size));
      for (const chunks of [0, 1, 2]) {
        const cut = sealed.subarray(0, headBytes + chunks * sealedChunkBytes);
        await assert.rejects(open(cut, size), isDamaged);
        // Also by somebody who believes the length that is left: the chunk that is last now does not say so.
        if (chunks > 0) await assert.rejects(open(cut, chunks * chunkBytes), isDamaged);
      }
    });
  }

  test('that was cut anywhere is noticed', async () => {
    const sealed = await seal(longest.subarray(0, 100));
    for (let left = 0; left < sealed.length; left++) {
      await assert.rejects(open(sealed.subarray(0, left), 100), isDamaged);
    }
  });

  test('with a byte or a chunk behind its last chunk is noticed', async () => {
    const sealed = await seal(longest.subarray(0, 2 * chunkBytes));
    const lastChunk = sealed.subarray(-sealedChunkBytes);
    for (const more of [Buffer.of(0), lastChunk]) {
      await assert.rejects(open(Buffer.concat([sealed, more]), 2 * chunkBytes), isDamaged);
    }
    await assert.rejects(open(Buffer.concat([sealed, lastChunk]), 3 * chunkBytes), isDamaged);
  });

  test('with two chunks swapped, or one repeated, is noticed', async () => {
    const sealed = await seal(longest.subarray(0, 3 * chunkBytes));
    const head = sealed.subarray(0, headBytes);
    const chunk = (index: number) =>
      sealed.subarray(headBytes + index * sealedChunkBytes).subarray(0, sealedChunkBytes);
    for (const order of [
      [1, 0, 2],
      [0, 2, 1],
      [0, 0, 2],
    ]) {
      await assert.rejects(open(Buffer.concat([head, ...order.map(chunk)]), 3 * chunkBytes), isDamaged);
    }
  });

  test('with the chunks of another file of the same key is noticed', async () => {
    const [one, other] = [await seal(longest.subarray(0, 50)), await seal(longest.subarray(50, 100))];
    const mixed = Buffer.concat([one.subarray(0, headBytes), other.subarray(headBytes)]);
    await assert.rejects(open(mixed, 50), isDamaged);
  });

  test('that another one of the same key and size stands in the place of is noticed, whatever is read of it', async () => {
    const [one, other] = [await seal(longest.subarray(0, 50)), await seal(longest.subarray(50, 100))];
    const recorded = sealedFile(50, digestHead(one.subarray(0, headBytes)));
    await openHead(storeOf(one), recorded, identity);
    await assert.rejects(openHead(storeOf(other), recorded, identity), isDamaged);
  });

  test('that is empty is told from a file that was emptied', async () => {
    const sealed = await seal(Buffer.of());
    assert.equal((await open(sealed, 0)).length, 0);
    await assert.rejects(open(sealed.subarray(0, headBytes), 0), isDamaged);
    const filled = await seal(longest.subarray(0, 10));
    await assert.rejects(open(filled, 0), isDamaged);
  });
});

describe('another key', () => {
  test('opens nothing, and the error says what to look at', async () => {
    const sealed = await seal(longest.subarray(0, 10));
    const stranger = await generateX25519Identity();
    await assert.rejects(openHead(storeOf(sealed), sealedFile(10), stranger), (error) => {
      assert(isDamaged(error));
      assert.match(error.message, /part.*sealed for another export's key/);
      assert(!error.message.includes(stranger));
      return true;
    });
  });
});

describe('other programs', () => {
  test('the age library opens what Handover sealed', async () => {
    for (const size of borders) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      const plain = longest.subarray(0, size);
      assert.deepEqual(Buffer.from(await decrypter.decrypt(await seal(plain, 40_000))), plain);
    }
  });

  test('Handover opens what the age library sealed, also for several recipients', async () => {
    const others = await Promise.all([1, 2, 3].map(generateX25519Identity));
    for (const size of borders) {
      const encrypter = new Encrypter();
      for (const other of others) encrypter.addRecipient(await identityToRecipient(other));
      encrypter.addRecipient(recipient);
      const plain = longest.subarray(0, size);
      const sealed = Buffer.from(await encrypter.encrypt(plain));
      assert.deepEqual(await open(sealed, size), plain);
    }
  });

  test('Handover opens what was also sealed for a kind of recipient that it does not know', async () => {
    for (const bodyBytes of [0, 47, 48, 100]) {
      const encrypter = new Encrypter();
      encrypter.addRecipient({
        wrapFileKey: () => [new Stanza(['example.com/other', '-'], new Uint8Array(bodyBytes))],
      });
      encrypter.addRecipient(recipient);
      const sealed = Buffer.from(await encrypter.encrypt(longest.subarray(0, 100)));
      assert.deepEqual(await open(sealed, 100), longest.subarray(0, 100), `${bodyBytes}`);
    }
  });

  test('every identity that the age library makes is read as the same key', async () => {
    for (let count = 0; count < 50; count++) {
      const other = await generateX25519Identity();
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(other));
      const sealed = Buffer.from(await encrypter.encrypt(longest.subarray(0, 9)));
      await openHead(storeOf(sealed), sealedFile(9), other);
    }
  });

  test('the age command opens what Handover sealed', async (t) => {
    if (spawnSync('age', ['--version']).error !== undefined) {
      const reason = 'the age command is not installed (apt-get install age)';
      if (process.env.CI) assert.fail(reason);
      return t.skip(reason);
    }
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'key.txt'), `${identity}\n`, { mode: 0o600 });
    for (const size of borders) {
      const plain = longest.subarray(0, size);
      await writeFile(join(folder, 'part.age'), await seal(plain, 100_000));
      const opened = spawnSync('age', ['-d', '-i', 'key.txt', 'part.age'], { cwd: folder, maxBuffer: 1e9 });
      assert.equal(opened.stderr.toString(), '');
      assert.deepEqual(opened.stdout, plain);
    }
  });
});

async function seal(plain: Uint8Array, ...cuts: number[]): Promise<Buffer> {
  const sealer = createSealer(recipient);
  const sealed = [sealer.head];
  for await (const chunk of inChunks(plain, ...cuts)) sealed.push(...sealer.update(chunk));
  return Buffer.concat([...sealed, ...sealer.final()]);
}

function storeOf(sealed: Uint8Array): Pick<Store, 'readInto'> {
  return {
    async readInto(_, target, start) {
      const bytes = sealed.subarray(start, start + target.length);
      target.set(bytes);
      return bytes.length;
    },
  };
}

function sealedFile(plainBytes: number, headSha256: string | null = null) {
  return { name: 'part', plainBytes, headSha256 };
}

/** `sizes` are those of the targets, in turn. */
async function open(
  sealed: Uint8Array,
  plainBytes: number,
  { start, end }: ByteRange = { start: 0, end: plainBytes },
  sizes: number[] = [100_000],
): Promise<Buffer> {
  const store = storeOf(sealed);
  const head = await openHead(store, sealedFile(plainBytes), identity);
  const plain = Buffer.alloc(end - start, '#');
  const targets: Uint8Array[] = [];
  for await (const target of inChunks(plain, ...sizes)) targets.push(target);
  await openInto({ store, buffers }, { ...sealedFile(plainBytes), head }, start, targets);
  return plain;
}

function isDamaged(error: unknown): error is HandoverError {
  return error instanceof HandoverError && error.code === 'archive_damaged';
}
