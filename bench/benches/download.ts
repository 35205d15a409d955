import { createWriteStream } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { workspace } from '../chat-table.ts';
import { type Measured, median, quantile, type Run } from '../compare.ts';
import { chatConfig } from '../configs.ts';
import type { Bench } from '../context.ts';
import { startInstallation } from '../installation.ts';
import { cpuSeconds, watchPeak } from '../meter.ts';
import { type FileServer, startNginx } from '../nginx.ts';
import { compareRuns, describeRuns } from '../report.ts';
import type { Side } from '../side-process.ts';

const FILE = 'plain.json';
/** With the whole downloads, fewer than the limit of downloads a minute that an address has. */
const RANGES_A_RUN = 20;
const RANGE_BYTES = 64 * 1024;
/** As a plain file it is sparse. */
const LARGE_FILE = 'large.json';
const LARGE_BYTES = 10_000_000_000;

/** The finished file by the real server, opened while it is sent, against the same bytes as a plain file. */
export async function runDownload(bench: Bench): Promise<void> {
  const { options, report, databasePid } = bench;
  const { side } = await startInstallation(bench, {
    name: 'handover',
    config: chatConfig(await bench.chatUrl()),
    roles: { http: true, worker: true },
  });
  const { id } = await side.call<{ id: string }>('run', { kind: 'messages', subject: workspace });
  const url = await side.call<string>('link', { id });
  const sizeBytes = await save(url, join(bench.folder, FILE));
  const rival = await startRival(bench);
  const client = await bench.side({ name: 'client', module: 'http-client', settings: null });
  const servers = { ours: { pid: side.pid, url }, theirs: { pid: rival.pid, url: `${rival.url}/${FILE}` } };
  const facts = { rival: rival.name, rows: options.rows };

  const runs = { ours: [] as Measured[], theirs: [] as Measured[] };
  const waits = { ours: [] as number[], theirs: [] as number[] };
  for (let run = 0; run <= options.pairs; run++) {
    const from = `127.0.0.${2 + (run % 250)}`;
    const starts = randomStarts(sizeBytes);
    for (const who of ['ours', 'theirs'] as const) {
      const server = servers[who];
      const measured = await measure({ client, databasePid }, server, from);
      const order = { url: server.url, from, starts, bytes: Math.min(RANGE_BYTES, sizeBytes) };
      const waited = await client.call<number[]>('firstByte', order);
      if (run === 0) continue;
      runs[who].push(measured);
      waits[who].push(...waited);
    }
  }
  report({
    ...compareRuns(
      { ...facts, bench: 'download', unit: 'MB/s' },
      runs,
      (run) => run.bytes / run.seconds / 1e6,
    ),
    notes: [
      `${(sizeBytes / 1e6).toFixed(0)} MB`,
      describeRuns('handover', runs.ours),
      describeRuns(rival.name, runs.theirs),
    ],
  });
  reportWaits(bench, { ...facts, bench: 'download.first-byte' }, waits);

  const large = await side.call<number>('enlarge', { id, bytes: LARGE_BYTES });
  await writeFile(join(bench.folder, LARGE_FILE), '', { mode: 0o644 });
  await truncate(join(bench.folder, LARGE_FILE), large);
  const largeServers = { ours: url, theirs: `${rival.url}/${LARGE_FILE}` };
  for (const [name, bytes] of [
    ['download.first-byte.10gb', RANGE_BYTES],
    ['download.first-byte.10gb-to-end', null],
  ] as const) {
    const largeWaits = { ours: [] as number[], theirs: [] as number[] };
    for (let run = 0; run <= options.pairs; run++) {
      const from = `127.0.1.${2 + (run % 250)}`;
      const starts = randomStarts(large);
      for (const who of ['ours', 'theirs'] as const) {
        const order = { url: largeServers[who], from, starts, bytes };
        const waited = await client.call<number[]>('firstByte', order);
        if (run > 0) largeWaits[who].push(...waited);
      }
    }
    reportWaits(bench, { ...facts, bench: name }, largeWaits);
  }
}

function randomStarts(sizeBytes: number): number[] {
  return Array.from({ length: RANGES_A_RUN }, () =>
    Math.floor(Math.random() * Math.max(1, sizeBytes - RANGE_BYTES)),
  );
}

function reportWaits(
  { report }: Pick<Bench, 'report'>,
  facts: { bench: string; rival: string; rows: number },
  waits: { ours: number[]; theirs: number[] },
): void {
  const [ours, theirs] = [median(waits.ours), median(waits.theirs)];
  report({
    ...facts,
    ...{ ratio: ours / theirs, ours, theirs, unit: 'ms', runs: waits.ours.length },
    notes: [
      `the slowest of ours ${quantile(waits.ours, 1).toFixed(1)} ms, of theirs ${quantile(waits.theirs, 1).toFixed(1)} ms`,
    ],
  });
}

/** CPU and memory are the server's, not the client's. */
async function measure(
  { client, databasePid }: { client: Side; databasePid: number },
  server: { pid: number; url: string },
  from: string,
): Promise<Measured> {
  const peak = watchPeak(server.pid);
  const before = { server: cpuSeconds(server.pid), database: cpuSeconds(databasePid) };
  const run = await client.call<Run>('download', { url: server.url, from });
  return {
    ...run,
    cpuSeconds: cpuSeconds(server.pid) - before.server,
    databaseCpuSeconds: cpuSeconds(databasePid) - before.database,
    peakBytes: peak.stop(),
  };
}

async function startRival(bench: Bench): Promise<Omit<FileServer, 'stop'>> {
  const nginx = await startNginx(bench.folder);
  if (nginx) {
    bench.atEnd(() => nginx.stop());
    return nginx;
  }
  bench.skip('download', 'nginx sendfile', 'there is no nginx on PATH: compared with a file stream of Node');
  const settings = { path: join(bench.folder, FILE) };
  const side = await bench.side({ name: 'node file stream', module: 'file-server', settings });
  return { name: side.name, pid: side.pid, url: await side.call<string>('address') };
}

async function save(url: string, path: string): Promise<number> {
  const answer = await fetch(url);
  if (!answer.ok || !answer.body) throw new Error(`The download was answered with ${answer.status}.`);
  const file = createWriteStream(path, { mode: 0o644 });
  await pipeline(Readable.fromWeb(answer.body), file);
  return file.bytesWritten;
}
