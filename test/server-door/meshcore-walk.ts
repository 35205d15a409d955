import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { copyMeshcore } from '../support/meshcore.ts';
import { type Client, clientOf, download, type Ground, handover, prepare, serve } from './door.ts';
import { type Entity, type Expected, type Kind, readExpected, said } from './meshcore-rows.ts';

/** A Handover with the set behind it, its rows, and a key for which no number of messages is too many. */
export async function openMeshcore(
  t: TestContext,
): Promise<{ ground: Ground; client: Client; rows: Expected }> {
  const ground = await prepare(t, { createProduct: copyMeshcore });
  await serve(ground);
  const client = await clientOf(ground, JSON.parse(await handover(ground, ...createKey)));
  const rows = await readExpected(ground.product);
  assert.deepEqual(Object.fromEntries(Object.entries(rows).map(([kind, map]) => [kind, map.size])), {
    user: 2_570,
    channel: 481,
    member: 5_607,
    message: 91_749,
    reaction: 29_151,
  });
  return { ground, client, rows };
}

const AT_ONCE = 25;
/** To ask oftener would take time from what is asked about. */
const PAUSE_MS = 500;
const createKey = ['keys', 'create', '--max-messages-per-user', '1000000', '--json'];

export interface Job {
  path: '/export_channels' | '/export/users';
  body: object;
}

/** Asks for all at once, as a script would that cuts its list into requests; reads each file when it is there. */
export async function run(
  t: TestContext,
  client: Client,
  jobs: Job[],
  read: (text: string, index: number) => void,
) {
  const ids = await Promise.all(jobs.map(({ path, body }) => client.start(path, body)));
  const instants: number[] = [];
  let bytes = 0;
  for (const [index, id] of ids.entries()) {
    const {
      status,
      result,
      created_at: createdAt,
      updated_at: updatedAt,
    } = await client.whenOver(id, PAUSE_MS);
    assert.equal(status, 'completed');
    assert.equal(result.truncated, undefined);
    const text = await download(result.url);
    bytes += Buffer.byteLength(text);
    instants.push(Date.parse(createdAt), Date.parse(updatedAt));
    read(text, index);
  }
  const [megabytes, seconds] = [bytes / 1e6, (Math.max(...instants) - Math.min(...instants)) / 1000];
  t.diagnostic(
    `${jobs.length} tasks, ${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s: ${(megabytes / seconds).toFixed(1)} MB/s, while they were checked`,
  );
}

/** Strikes a row off: it must be left, and what is said of it must be what the database says. */
export function tick(left: Partial<Expected>, kind: Kind, entity: Entity): void {
  const { key, facts } = said[kind](entity);
  const expected = left[kind]?.get(key);
  if (expected !== facts) assert.equal(facts, expected, `${kind} ${key}`);
  left[kind]?.delete(key);
}

export function assertNothingLeft(left: Partial<Expected>): void {
  for (const [kind, rows] of Object.entries(left)) assert.deepEqual([...rows.keys()].slice(0, 5), [], kind);
}

export function only(rows: Expected, kinds: Kind[]): Partial<Expected> {
  return Object.fromEntries(kinds.map((kind) => [kind, new Map(rows[kind])]));
}

export async function names({ product }: Ground, sql: string): Promise<string[]> {
  const { rows } = await product.query<[string]>({ text: sql, rowMode: 'array' });
  return rows.map(([name]) => name);
}

export function chunks(list: string[]): string[][] {
  const count = Math.ceil(list.length / AT_ONCE);
  return Array.from({ length: count }, (_, n) => list.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
}
