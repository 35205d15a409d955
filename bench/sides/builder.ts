import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type HeldSnapshot, openBuilder, type Watch } from '../../src/builder/builder.ts';
import type { BuiltPart } from '../../src/builder/calls.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Run } from '../compare.ts';

/** As many parts as a worker builds at once (`src/worker.ts`). */
const PARTS_AT_ONCE = 2;

/** Our way, without queue and state: snapshot, plan, parts in builder threads, hashed, sealed and stored. */
export async function start(settings: { configPath: string; storeFolder: string; subject: string }) {
  const config = await loadConfig(settings.configPath);
  const builder = openBuilder(
    { config, store: { type: 'folder', folder: settings.storeFolder }, tracing: null },
    availableParallelism(),
  );
  const recipient = await identityToRecipient(await generateX25519Identity());
  const watch: Watch = { signal: new AbortController().signal, onProgress: () => {} };

  async function buildAll(snapshot: HeldSnapshot, order: Order): Promise<BuiltPart[]> {
    const { parts } = await snapshot.plan(1);
    const open = parts.map((slices, number) => ({ ...order, slices, objectName: `bench/${number}.age` }));
    if (open.length === 1) return Promise.all(open.map((part) => snapshot.buildPart(part, watch)));
    const built: BuiltPart[] = [];
    const buildNext = async () => {
      for (let part = open.shift(); part; part = open.shift()) {
        built.push(await builder.buildPart(part, snapshot.id, watch));
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, buildNext));
    return built;
  }

  return {
    async run({ kind = 'messages' }: { kind?: string } = {}): Promise<Run> {
      const wanted = { kind, subject: settings.subject, request: null };
      const startedAt = performance.now();
      const snapshot = await builder.openSnapshot(wanted);
      const built = await buildAll(snapshot, { ...wanted, recipient });
      await snapshot.close();
      const seconds = (performance.now() - startedAt) / 1000;
      const sections = built.flatMap((part) => part.sections);
      await rm(join(settings.storeFolder, 'bench'), { recursive: true });
      return {
        seconds,
        rows: sections.reduce((sum, { rows }) => sum + rows, 0),
        bytes: sections.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    stop: () => builder.close(),
  };
}

interface Order {
  kind: string;
  subject: string;
  request: null;
  recipient: string;
}
