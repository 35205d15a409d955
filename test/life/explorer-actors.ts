import { randomUUID } from 'node:crypto';
import type { Session } from '../../src/database.ts';
import { HandoverError } from '../../src/errors.ts';
import {
  type AttemptPlan,
  completeExport,
  findExport,
  recordPlan,
  startAttempt,
} from '../../src/lifecycle/data-exports-table.ts';
import {
  type DonePart,
  deleteOlderParts,
  findOpenPart,
  finishPart,
  insertParts,
  type PartKey,
  recordPartFailure,
} from '../../src/lifecycle/export-parts-table.ts';
import { insertExportToken } from '../../src/lifecycle/tokens-table.ts';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import { confirmExport } from '../../src/steps/confirm-export.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { failExport } from '../../src/steps/fail-export.ts';
import { finishAtOnce, finishExport } from '../../src/steps/finish-export.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { resendConfirmation } from '../../src/steps/resend-confirmation.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import { sweep } from '../../src/steps/sweep.ts';
import type { LifeParts } from './explorer-world.ts';

/** What is not in the database: the clock, the links that were mailed, and what each worker believes. */
export interface World {
  now: Date;
  /** The exports that were asked for, oldest first. The actors below act on the first; the second is in the way. */
  ids: string[];
  /** A confirmation link of the first. */
  link: string | null;
  /** The attempt that each of two workers thinks it is at; null while it does nothing. */
  attempts: [number | null, number | null];
}

/** One thing that one actor may do. Returns the world after it; null when the rules refused it. */
export interface Action {
  name: string;
  /** True for what happens without any person: workers and time. */
  isBySystem: boolean;
  run(parts: LifeParts, world: World): Promise<World | null>;
}

export const start: World = {
  now: new Date('2026-03-01T10:00:00Z'),
  ids: [],
  link: null,
  attempts: [null, null],
};

/** Parts of each attempt: two, so that there is a last one and one before. */
export const PARTS = 2;

/** What the rules need not be asked about: who is not there does nothing, and of two alike one is enough. */
export function isWorthTrying({ name }: Action, { ids, attempts: [first, second] }: World): boolean {
  if (name === 'request') return ids.length < 2;
  if (ids.length === 0) return false;
  if (name === 'cancel the second') return ids.length === 2;
  if (name === 'second worker: start') return first !== null;
  if (name.startsWith('first worker')) return first !== null || name.endsWith('start');
  if (name.startsWith('second worker')) return second !== null && second !== first;
  return true;
}

export const actions: Action[] = [
  person('request', async (parts, world) => {
    const { id } = await requestExport(parts, { ...subject, requester, actor: 'user:u' });
    const link = world.link ?? (await mailLink(parts, id, world.now));
    return { ...world, ids: [...world.ids, id], link };
  }),
  person('confirm', async (parts, world) => {
    await confirmExport(parts, world.link ?? '');
    return world;
  }),
  person('resend', async (parts, world) => {
    await resendConfirmation(parts, first(world), 'user:u');
    return world;
  }),
  person('cancel', async (parts, world) => {
    await cancelExport(parts, first(world), 'user:u');
    return world;
  }),
  person('cancel the second', async (parts, world) => {
    await cancelExport(parts, world.ids[1] ?? nobody, 'user:u');
    return world;
  }),
  person('delete now', async (parts, world) => {
    await deleteArchive(parts, first(world), 'user:u');
    return world;
  }),
  person('the operator retries', async (parts, world) => {
    await retryExport(parts, first(world), 'operator');
    return world;
  }),
  system('a minute passes', async (_parts, world) => later(world, 60)),
  system('a day passes', async (_parts, world) => later(world, 86_400)),
  system('sweep', async (parts, world) => {
    await sweep(parts);
    return world;
  }),
  system('give up', async (parts, world) => {
    await failExport(parts, { exportId: first(world), attempt: null }, null);
    return world;
  }),
  ...([0, 1] as const).flatMap(workerActions),
];

/**
 * The statements of `processExport` and `buildPart`, in the order of an attempt, but with everything else allowed in
 * between: a worker may stop for hours after each, and go on with what it believed.
 */
function workerActions(worker: 0 | 1): Action[] {
  const name = worker === 0 ? 'first worker' : 'second worker';
  const believing = (what: string, run: (parts: LifeParts, key: AttemptKey) => Promise<unknown>): Action =>
    system(`${name}: ${what}`, async (parts, world) => {
      await run(parts, { exportId: first(world), attempt: world.attempts[worker] ?? 0 });
      return world;
    });
  return [
    system(`${name}: start`, async (parts, world) => {
      const started = await begin(parts, first(world));
      return started === null ? null : { ...world, attempts: replace(world.attempts, worker, started) };
    }),
    believing('plan', plan),
    ...Array.from({ length: PARTS }, (_, number) =>
      believing(`part ${number}`, (parts, key) => build(parts, { ...key, number })),
    ),
    believing('a part cannot be built', ({ db }, key) =>
      recordPartFailure(db, { ...key, number: 0 }, 'internal'),
    ),
    believing('finish', async (parts, key) => {
      if (await isPlanned(parts, key)) await finishExport(parts, { id: key.exportId, attempt: key.attempt });
    }),
    believing('build at once', async (parts, key) => {
      if (!(await isPlanned(parts, key))) await buildAtOnce(parts, key);
    }),
    // A finisher that looked long ago and writes now.
    believing('complete', ({ db, now }, { exportId, attempt }) =>
      completeExport(db, {
        id: exportId,
        attempt,
        now: now(),
        expiresAt: new Date(now().getTime() + 86_400_000),
        archiveBytes: 1,
        gaps: [],
        manifest: null,
      }),
    ),
    believing('fail', (parts, key) => failExport(parts, key, new HandoverError('source_refused'))),
  ];
}

interface AttemptKey {
  exportId: string;
  attempt: number;
}

/** Returns the attempt; null when the export waits for nobody. */
export async function begin({ db, now }: LifeParts, id: string): Promise<number | null> {
  return db.transaction(async (tx) => {
    const key = { id, now: now(), sealedKey: Buffer.from('key'), configHash: 'hash' };
    const data = await startAttempt(tx, key);
    if (data) await deleteOlderParts(tx, { exportId: id, attempt: data.attempt });
    return data?.attempt ?? null;
  });
}

const rules = JSON.stringify({});

/** An attempt plans once. */
export async function plan(parts: LifeParts, key: AttemptKey): Promise<void> {
  if (await isPlanned(parts, key)) return;
  await parts.db.transaction(async (tx) => {
    if (!(await recordPlan(tx, planOf(key)))) return;
    await insertParts(tx, {
      ...key,
      sealedSlices: Array.from({ length: PARTS }, () => Buffer.from('slices')),
    });
  });
}

function planOf({ exportId: id, attempt }: AttemptKey): AttemptPlan {
  return { id, attempt, snapshotAt, rowsEstimated: 2, cuts: [], counts: [], rules };
}

async function isPlanned({ db }: LifeParts, key: AttemptKey): Promise<boolean> {
  const rows = await db.query('select 1 from handover.export_parts where export_id = $1 and attempt = $2', [
    key.exportId,
    key.attempt,
  ]);
  return rows.length > 0;
}

export async function build({ db, now }: LifeParts, key: AttemptKey & { number: number }): Promise<void> {
  if (await findOpenPart(db, key)) await finishPart(db, key, doneOf(key), now());
}

function doneOf({ exportId, attempt, number }: PartKey): DonePart {
  const objectName = `exports/${exportId}/${attempt}/${number}.age`;
  const section = { category: 'notes', offset: 0, bytes: 10, rows: 1, sha256: '' };
  return { number, objectName, sections: [section], sha256: '', headSha256: null };
}

/** A worker that writes nothing down before it has built all. */
export async function buildAtOnce(parts: LifeParts, key: AttemptKey): Promise<void> {
  const data = await findExport(parts.db, key.exportId);
  if (!data) return;
  await finishAtOnce(
    parts,
    { ...data, attempt: key.attempt },
    {
      plan: planOf(key),
      part: doneOf({ ...key, number: 0 }),
      sealedSlices: Buffer.from('slices'),
      written: null,
    },
  );
}

/** What `sendMail` does before the letter leaves. */
export function mailLink({ db, now }: Pick<LifeParts, 'now'> & { db: Session }, exportId: string, at: Date) {
  const expiresAt = new Date(at.getTime() + 86_400_000);
  return insertExportToken(db, { purpose: 'confirm', exportId, now: now(), expiresAt });
}

export const subject = { kind: 'account', subjectId: 'acme' };
export const requester = { id: 'u', email: 'owner@acme.example', name: null, language: null };
const snapshotAt = '2026-03-01T10:00:00.000000Z';

function person(name: string, run: Action['run']): Action {
  return { name, isBySystem: false, run };
}

function system(name: string, run: Action['run']): Action {
  return { name, isBySystem: true, run };
}

/** An id of nobody when nothing was asked for yet: each step answers that itself. */
function first(world: World): string {
  return world.ids[0] ?? nobody;
}

const nobody = randomUUID();

function later(world: World, seconds: number): World {
  return { ...world, now: new Date(world.now.getTime() + seconds * 1000) };
}

function replace(pair: World['attempts'], index: 0 | 1, value: number | null): World['attempts'] {
  return index === 0 ? [value, pair[1]] : [pair[0], value];
}
