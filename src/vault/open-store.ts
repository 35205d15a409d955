import { openFileStore } from './file-store.ts';
import type { S3Settings } from './s3-settings.ts';
import type { Store } from './store.ts';

/** Where the store is: plain data, so that each thread opens its own. */
export type StoreSettings = { type: 'folder'; folder: string } | ({ type: 's3' } & S3Settings);

/** Opening asks nothing of the disk or the network: a store that is away says so at its first use. */
export async function openStore(settings: StoreSettings): Promise<Store> {
  if (settings.type === 'folder') return openFileStore(settings);
  // The SDK costs a third of a second and 20 MB of memory, which an installation without a bucket need not spend.
  const { openS3Store } = await import('./s3-store.ts');
  return openS3Store(settings);
}
