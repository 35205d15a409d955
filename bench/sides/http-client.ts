import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../compare.ts';

export interface Download {
  url: string;
  /** An address of the loopback network to come from: limits count by address. */
  from: string;
}

const RECEIVE_BYTES = 1024 * 1024;

/** Who downloads and asks, in a process of its own, so that the server's CPU is the server's. */
export async function start() {
  return { download, firstByte, ask };
}

/** Reads an answer from a bare socket into one buffer, so that the client is not what is measured. */
async function download({ url, from }: Download): Promise<Run> {
  const { hostname, port, pathname, host } = new URL(url);
  const startedAt = performance.now();
  let bytes = 0;
  let head = '';
  const socket = connect({
    host: hostname,
    port: Number(port),
    localAddress: from,
    onread: {
      buffer: Buffer.allocUnsafe(RECEIVE_BYTES),
      callback(received, buffer) {
        if (bytes === 0) head = Buffer.from(buffer.subarray(0, Math.min(received, 4096))).toString('latin1');
        bytes += received;
        return true;
      },
    },
  });
  await once(socket, 'connect');
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  const seconds = (performance.now() - startedAt) / 1000;
  const bodyBytes = bytes - head.indexOf('\r\n\r\n') - 4;
  const expected = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  if (!head.startsWith('HTTP/1.1 200') || bodyBytes !== expected) {
    throw new Error(`Received ${bodyBytes} of ${expected} bytes: ${head.split('\r\n')[0]}`);
  }
  return { seconds, rows: 0, bytes: bodyBytes };
}

/**
 * Milliseconds until the first byte of each range has come, one after another, each on a new connection. Without `bytes`
 * the ranges go on to the end of the file, and are broken off.
 */
async function firstByte({
  url,
  from,
  starts,
  bytes,
}: Download & { starts: number[]; bytes: number | null }) {
  const waits: number[] = [];
  for (const start of starts) {
    const startedAt = performance.now();
    const asking = request(url, {
      agent: false,
      localAddress: from,
      headers: { range: `bytes=${start}-${bytes === null ? '' : start + bytes - 1}` },
    });
    asking.end();
    const [answer] = await once(asking, 'response');
    if (answer.statusCode !== 206) throw new Error(`A range was answered with ${answer.statusCode}.`);
    await once(answer, 'data');
    waits.push(performance.now() - startedAt);
    if (bytes === null) {
      answer.destroy();
      continue;
    }
    answer.resume();
    await once(answer, 'end');
  }
  return waits;
}

/** Asks at an even rate, whether or not earlier answers have come; milliseconds that each answer took. */
async function ask(order: { urls: string[]; authorization: string; perSecond: number; seconds: number }) {
  const { urls, authorization, perSecond, seconds } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const waits: number[] = [];
  const asking: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const dueAt = startedAt + (1000 * index) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    const url = urls[index % urls.length] ?? '';
    asking.push(
      askOnce(url, { agent, headers: { authorization } }).then(
        () => void waits.push(performance.now() - dueAt),
      ),
    );
  }
  await Promise.all(asking);
  agent.destroy();
  return waits;
}

async function askOnce(
  url: string,
  options: { agent: Agent; headers: Record<string, string> },
): Promise<void> {
  const asking = request(url, options);
  asking.end();
  const [answer] = await once(asking, 'response');
  if (answer.statusCode !== 200) throw new Error(`${url} was answered with ${answer.statusCode}.`);
  answer.resume();
  await once(answer, 'end');
}
