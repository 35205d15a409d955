import { setTimeout as sleep } from 'node:timers/promises';
import { workspace } from '../chat-table.ts';
import { median, quantile } from '../compare.ts';
import { chatConfig } from '../configs.ts';
import type { Bench } from '../context.ts';
import { authorization, startInstallation } from '../installation.ts';

const PER_SECOND = 100;
const SECONDS = 5;
const IN_FULL_SWING_MS = 300;

/**
 * How long the API makes people wait while the same process exports, against the same process at rest. Asked at an
 * even rate; a late answer counts from when it was due to be asked for.
 */
export async function runApi(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const config = chatConfig(await bench.chatUrl(), { rowCounts: [1000] });
  const { side } = await startInstallation(bench, {
    name: 'handover',
    config,
    roles: { http: true, worker: true },
  });
  const { id } = await side.call<{ id: string }>('run', { kind: 'messages_1000', subject: workspace });
  const address = await side.call<string>('address');
  const account = `accountId=${workspace}&kind=messages_1000`;
  const urls = [`${address}/v1/exports?${account}`, `${address}/v1/exports/${id}?${account}`];
  const client = await bench.side({ name: 'client', module: 'http-client', settings: null });
  const ask = () =>
    client.call<number[]>('ask', { urls, authorization, perSecond: PER_SECOND, seconds: SECONDS });

  // Looked at seldom: looks use the state, for which the calls wait.
  const load = { kind: 'messages', subject: workspace, lookMs: 50 };
  const waits = { busy: [] as number[][], idle: [] as number[][] };
  // Not counted: both ways of asking once, until code and connections are warm.
  for (const isLoaded of [false, true]) {
    if (isLoaded) await side.call('startLoad', load);
    await ask();
    if (isLoaded) await side.call('stopLoad');
  }
  for (let pair = 0; pair < options.pairs; pair++) {
    await side.call('startLoad', load);
    await sleep(IN_FULL_SWING_MS);
    waits.busy.push(await ask());
    await side.call('stopLoad');
    waits.idle.push(await ask());
  }

  const facts = { rival: 'the same at rest', unit: 'ms', runs: options.pairs, rows: options.rows };
  for (const [name, fraction] of [
    ['api.p99', 0.99],
    ['api.p50', 0.5],
  ] as const) {
    const ours = median(waits.busy.map((seen) => quantile(seen, fraction)));
    const theirs = median(waits.idle.map((seen) => quantile(seen, fraction)));
    report({ ...facts, bench: name, ratio: ours / theirs, ours, theirs });
  }
}
