import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { HandoverError } from '../../src/errors.ts';
import { openFileStore } from '../../src/vault/file-store.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { hasCode } from './store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the key of an export', () => {
  test('is an age identity with its recipient, another one for each export', async (t) => {
    const vault = await aVault(t);
    const one = await vault.openKey(await vault.createKey('e_1'), 'e_1');
    const two = await vault.openKey(await vault.createKey('e_1'), 'e_1');
    assert.match(one.identity, /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
    assert.match(one.recipient, /^age1[a-z0-9]{58}$/);
    assert.notEqual(one.identity, two.identity);
  });

  test('opens the same after a restart', async (t) => {
    const key = randomBytes(32);
    const wrapped = await (await aVault(t, key)).createKey('e_1');
    const [before, after] = [await aVault(t, key), await aVault(t, key)];
    assert.deepEqual(await before.openKey(wrapped, 'e_1'), await after.openKey(wrapped, 'e_1'));
  });

  test('opens when its bytes come out of a larger buffer', async (t) => {
    const vault = await aVault(t);
    const wrapped = await vault.createKey('e_1');
    const row = Buffer.concat([Buffer.from('before'), wrapped, Buffer.from('after')]);
    const found = new Uint8Array(row.buffer, row.byteOffset + 6, wrapped.length);
    assert.deepEqual(await vault.openKey(found, 'e_1'), await vault.openKey(wrapped, 'e_1'));
  });

  test('does not show in its wrapping', async (t) => {
    const vault = await aVault(t);
    const wrapped = Buffer.from(await vault.createKey('e_1'));
    const { identity } = await vault.openKey(wrapped, 'e_1');
    assert(!wrapped.includes('AGE-SECRET-KEY'));
    assert(!wrapped.includes(identity.slice(20, 30)));
  });

  test('is refused when any byte of its wrapping was altered, or some are missing', async (t) => {
    const vault = await aVault(t);
    const wrapped = await vault.createKey('e_1');
    for (let index = 0; index < wrapped.length; index++) {
      const altered = Uint8Array.from(wrapped);
      altered[index] = (altered[index] ?? 0) ^ 1;
      await assert.rejects(vault.openKey(altered, 'e_1'), hasCode('key_unusable'), `byte ${index}`);
      await assert.rejects(vault.openKey(wrapped.subarray(0, index), 'e_1'), hasCode('key_unusable'));
    }
  });

  test('is refused to another owner', async (t) => {
    const vault = await aVault(t);
    const wrapped = await vault.createKey('e_1');
    for (const owner of ['e_2', 'e_', 'e_11', '']) {
      await assert.rejects(vault.openKey(wrapped, owner), hasCode('key_unusable'), owner);
    }
  });

  test('is refused to another installation key, and the error says that it is another', async (t) => {
    const wrapped = await (await aVault(t)).createKey('e_1');
    await assert.rejects((await aVault(t)).openKey(wrapped, 'e_1'), (error) => {
      assert(error instanceof HandoverError && error.code === 'key_unusable');
      assert.match(error.message, /sealed under key [0-9a-f]{8}, and the key in use is [0-9a-f]{8}/);
      return true;
    });
  });

  test('does not open as a value, nor a value as a key', async (t) => {
    const vault = await aVault(t);
    const wrapped = await vault.createKey('e_1');
    assert.throws(() => vault.openValue(wrapped, 'e_1'), hasCode('key_unusable'));
    const value = vault.sealValue(Buffer.from('secret'), 'e_1');
    await assert.rejects(vault.openKey(value, 'e_1'), hasCode('key_unusable'));
  });
});

describe('a sealed value', () => {
  test('opens for its owner and shows nothing before', async (t) => {
    const vault = await aVault(t);
    for (const plain of ['', 'a letter that nobody else reads', 'x'.repeat(100_000)]) {
      const sealed = vault.sealValue(Buffer.from(plain), 'm_1');
      assert.equal(Buffer.from(vault.openValue(sealed, 'm_1')).toString(), plain);
      assert(plain === '' || !Buffer.from(sealed).includes(plain.slice(0, 10)));
    }
  });

  test('is another one each time', async (t) => {
    const vault = await aVault(t);
    assert.notDeepEqual(vault.sealValue(Buffer.from('a'), 'm_1'), vault.sealValue(Buffer.from('a'), 'm_1'));
  });

  test('is refused to another owner, and when altered', async (t) => {
    const vault = await aVault(t);
    const sealed = vault.sealValue(Buffer.from('letter'), 'm_1');
    assert.throws(() => vault.openValue(sealed, 'm_2'), hasCode('key_unusable'));
    const altered = Uint8Array.from(sealed);
    altered[20] = (altered[20] ?? 0) ^ 1;
    assert.throws(() => vault.openValue(altered, 'm_1'), hasCode('key_unusable'));
    assert.throws(() => vault.openValue(Buffer.of(), 'm_1'), hasCode('key_unusable'));
  });
});

test('a vault takes no key of another size', async (t) => {
  await assert.rejects(aVault(t, randomBytes(16)), TypeError);
});

async function aVault(t: TestContext, key: Uint8Array = randomBytes(32)): Promise<Vault> {
  return openVault({ key, store: openFileStore({ folder: await temporaryFolder(t) }) });
}
