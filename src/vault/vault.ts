import type { Signer } from './signer.ts';
import type { Store } from './store.ts';

/**
 * The *vault* keeps what an export writes: it seals while writing and opens while reading, and it alone sees keys.
 * Each export has an age identity of its own, wrapped by the key-encryption key of the installation. To shred is
 * to forget the wrapped identity and then to remove the bytes.
 */
export interface Vault {
  store: Store;
  /** A fresh key for one export, wrapped; the bytes belong into its row. `owner` is bound in as associated data. */
  createKey(owner: string): Promise<Uint8Array>;
  /** Throws `key_unusable` if the installation key is another, or the wrapped key was altered or is of another owner. */
  openKey(wrapped: Uint8Array, owner: string): Promise<ExportKey>;
  /** The identity alone, for who only reads. Throws as `openKey` does. */
  openIdentity(wrapped: Uint8Array, owner: string): string;
  /** Seals a small value (a mail of the local mailbox, an API secret) under the installation's key. */
  sealValue(plain: Uint8Array, owner: string): Uint8Array;
  openValue(sealed: Uint8Array, owner: string): Uint8Array;
  /** HMAC-SHA256 of a text under the installation's key: for addresses that prove that we made them. */
  sign(text: string): Uint8Array;
  /** For manifests, which others check. */
  signer: Signer;
}

/** An opened export key: plain strings, so that it can be handed to a worker thread; never stored, never logged. */
export interface ExportKey {
  /** `AGE-SECRET-KEY-1…` */
  identity: string;
  /** `age1…` */
  recipient: string;
}
