import { parentPort, workerData } from 'node:worker_threads';
import { openArchive } from '../archive/open-archive.ts';
import { packError } from '../builder/calls.ts';
import { standBack } from '../thread-priority.ts';
import { openStore } from '../vault/open-store.ts';
import {
  BATCH_BYTES,
  BATCHES_AHEAD,
  type FromOpener,
  type OpenerSettings,
  type ReadOrder,
  type ToOpener,
} from './messages.ts';

// The inside of an opener thread: it reads from the store, opens, checks, and hands plaintext over without copying it.

standBack();
const store = await openStore((workerData as OpenerSettings).store);

interface Reading {
  /** Batches that the reader still takes. */
  credit: number;
  isStopped: boolean;
  wake(): void;
}
const readings = new Map<number, Reading>();

parentPort?.on('message', (message: ToOpener) => {
  if ('read' in message) void read(message.id, message.read);
  const reading = readings.get(message.id);
  if (!reading) return;
  if ('more' in message) reading.credit++;
  if ('stop' in message) reading.isStopped = true;
  reading.wake();
});

function say(message: FromOpener, handedOver: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, handedOver);
}

async function read(id: number, { layout, identity, range }: ReadOrder): Promise<void> {
  const reading: Reading = { credit: BATCHES_AHEAD, isStopped: false, wake() {} };
  readings.set(id, reading);
  try {
    let batch: Uint8Array<ArrayBuffer>[] = [];
    let batchBytes = 0;
    const hand = async () => {
      say({ id, bytes: batch }, [...new Set(batch.map(({ buffer }) => buffer))]);
      batch = [];
      batchBytes = 0;
      reading.credit--;
      while (reading.credit === 0 && !reading.isStopped) {
        await new Promise<void>((resolve) => {
          reading.wake = resolve;
        });
      }
    };
    for await (const bytes of openArchive({ store, identity }, layout).read(range)) {
      batch.push(ownBuffer(bytes));
      batchBytes += bytes.length;
      if (batchBytes >= BATCH_BYTES) await hand();
      if (reading.isStopped) return;
    }
    if (batch.length > 0) await hand();
    say({ id, end: true });
  } catch (error) {
    say({ id, error: packError(error) });
  } finally {
    readings.delete(id);
  }
}

/** Bytes that share their buffer with others are copied: a buffer is handed over whole. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) return new Uint8Array(buffer);
  return new Uint8Array(bytes);
}
