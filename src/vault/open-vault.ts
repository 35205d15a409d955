import { createHmac } from 'node:crypto';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createEnvelope, deriveKey } from './envelope.ts';
import { createSigner } from './signer.ts';
import type { Store } from './store.ts';
import type { Vault } from './vault.ts';

/**
 * The vault of an installation. `key` is its key-encryption key, 32 bytes from {@link readInstallationKey}: it seals
 * nothing itself; export keys and values are sealed under a key of their own that is derived from it.
 */
export function openVault({ key, store }: { key: Uint8Array; store: Store }): Vault {
  if (key.length !== 32) throw new TypeError(`An installation key has 32 bytes, not ${key.length}`);
  const exportKeys = createEnvelope(key, 'export-key');
  const values = createEnvelope(key, 'value');
  const signingKey = deriveKey(key, 'signature', 32);
  const openIdentity = (wrapped: Uint8Array, owner: string) => exportKeys.open(wrapped, owner).toString();

  return {
    store,
    // Plain X25519 and not the library's post-quantum kind: age of Debian 12 (1.1.1) has to open a part.
    createKey: async (owner) => exportKeys.seal(Buffer.from(await generateX25519Identity()), owner),
    async openKey(wrapped, owner) {
      const identity = openIdentity(wrapped, owner);
      return { identity, recipient: await identityToRecipient(identity) };
    },
    openIdentity,
    sealValue: (plain, owner) => values.seal(plain, owner),
    openValue: (sealed, owner) => values.open(sealed, owner),
    sign: (text) => createHmac('sha256', signingKey).update(text).digest(),
    signer: createSigner(key),
  };
}
