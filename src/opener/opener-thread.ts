import { parentPort, workerData } from 'node:worker_threads';
import { createBlockBuffers, openBlock } from '../archive/open-block.ts';
import { packError } from '../builder/calls.ts';
import { standBack } from '../thread-priority.ts';
import { openStore } from '../vault/open-store.ts';
import type { FromOpener, OpenerSettings, ToOpener } from './messages.ts';

// The inside of an opener thread: it reads a block from the store, opens it, and hands the buffer back without a copy.

standBack();
const store = await openStore((workerData as OpenerSettings).store);
const buffers = createBlockBuffers();

parentPort?.on('message', (order: ToOpener) => void answer(order));

async function answer(order: ToOpener): Promise<void> {
  const { id } = order;
  try {
    if ('names' in order) say({ id, sizes: order.names.map(sizeNow) });
    else await open(order);
  } catch (error) {
    say({ id, error: packError(error) });
  }
}

async function open({ id, pieces, buffer, stopped }: Exclude<ToOpener, { names: string[] }>): Promise<void> {
  const isStopped = () => Atomics.load(stopped, 0) !== 0;
  try {
    await openBlock({ store, buffers, isStopped }, pieces, new Uint8Array(buffer));
  } catch (error) {
    return say({ id, error: packError(error), unfilled: buffer }, [buffer]);
  }
  say({ id, buffer }, [buffer]);
}

function sizeNow(name: string): number | null {
  if (!store.sizeNow) throw new Error('A bucket was asked for sizes as if it were a folder.');
  return store.sizeNow(name);
}

function say(message: FromOpener, handedOver: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, handedOver);
}
