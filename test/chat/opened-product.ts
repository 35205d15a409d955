import { after } from 'node:test';
import type { Snapshot } from '../../src/sources/source.ts';
import { closeAll, drivers, type Product } from '../sources/drivers.ts';
import { rows, tables } from './chat-product.ts';

export interface OpenedProduct extends Product {
  snapshot: Snapshot;
}

/** The chat product with its rows and those of `more`; closed when the tests of the file have ended. */
export async function openProduct(
  more = '',
  driver: 'postgres' | 'pglite' = 'postgres',
): Promise<OpenedProduct> {
  const product = await drivers[driver]?.();
  if (!product) throw new Error(`There is no driver ${driver}.`);
  await product.run(tables);
  await product.run(rows);
  if (more !== '') await product.run(more);
  const snapshot = await product.source.openSnapshot();
  snapshots.push(snapshot);
  return { ...product, snapshot };
}

const snapshots: Snapshot[] = [];

after(async () => {
  for (const snapshot of snapshots) await snapshot.close();
  await closeAll();
});
