import pg from 'pg';
import example from '../../examples/chat/handover.config.ts';
import { fillRooms } from '../../test/server-door/rooms.ts';
import { median, quantile } from '../compare.ts';
import type { Bench } from '../context.ts';
import { apiKey, startInstallation } from '../installation.ts';

const REQUESTS = 1000;
/** After which `stream-chat` for JavaScript and PHP, and `@stream-io/node-sdk`, give up on a call. */
const SDK_PATIENCE_MS = 3000;

/** A thousand requests for exports at the same instant, by a published SDK: how long its slowest call takes. */
export async function runBurst(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const url = await bench.postgres.server.createDatabase();
  await fill(url);
  const slowest: number[] = [];
  const typical: number[] = [];
  const rates: number[] = [];
  const alone: number[] = [];
  for (let run = 0; run < options.pairs; run++) {
    const { side } = await startInstallation(bench, {
      name: `handover ${run}`,
      config: configOf(url),
      roles: { http: true, worker: true },
    });
    const address = await side.call<string>('address');
    const client = await bench.side({
      name: 'sdk',
      module: 'sdk-burst',
      settings: { ...apiKey, url: address },
    });
    const channels = Array.from({ length: REQUESTS }, (_, n) => `room-${n}`);
    alone.push(await slowestWithoutUs(bench, channels));
    const { waits, seconds } = await client.call<{ waits: number[]; seconds: number }>('burst', { channels });
    slowest.push(quantile(waits, 1));
    typical.push(median(waits));
    rates.push(REQUESTS / seconds);
    await client.stop();
    await side.stop();
  }
  const ours = median(slowest);
  report({
    bench: 'burst.slowest-call',
    rival: 'the time-out of the SDK',
    ratio: ours / SDK_PATIENCE_MS,
    ...{ ours, theirs: SDK_PATIENCE_MS, unit: 'ms', runs: options.pairs, rows: REQUESTS },
    notes: [
      `the slowest of all ${Math.round(quantile(slowest, 1))} ms; half of the calls within ${Math.round(median(typical))} ms`,
      `against a server that answers at once, the slowest of the same calls takes ${Math.round(median(alone))} ms: that is the SDK`,
      `all ${REQUESTS} done at ${Math.round(median(rates))} a second, asked and awaited`,
    ],
  });
}

/** What the SDK itself needs for as many calls at once, in a process that is as cold. */
async function slowestWithoutUs(bench: Bench, channels: string[]): Promise<number> {
  const server = await bench.side({ name: 'instant', module: 'instant-answers', settings: null });
  const url = await server.call<string>('address');
  const client = await bench.side({ name: 'sdk alone', module: 'sdk-burst', settings: { ...apiKey, url } });
  const { waits } = await client.call<{ waits: number[] }>('burst', { channels });
  await client.stop();
  await server.stop();
  return quantile(waits, 1);
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await fillRooms(client, REQUESTS);
  } finally {
    await client.end();
  }
}

function configOf(url: string): object {
  const many = 1_000_000;
  const rateLimits = { exportChannels: many, exportUsers: many, exportUser: many, exportStatus: many };
  return {
    ...example,
    sources: { chat: { type: 'postgres', url } },
    chat: { ...example.chat, policy: { rateLimits } },
  };
}
