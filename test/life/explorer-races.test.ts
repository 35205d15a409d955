import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../src/database.ts';
import { HandoverError } from '../../src/errors.ts';
import { findExport, findToldExports } from '../../src/lifecycle/data-exports-table.ts';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import { confirmExport } from '../../src/steps/confirm-export.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { failExport } from '../../src/steps/fail-export.ts';
import { finishExport } from '../../src/steps/finish-export.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { retryExport } from '../../src/steps/retry-export.ts';
import { begin, build, buildAtOnce, mailLink, PARTS, plan, requester } from './explorer-actors.ts';
import { type LifeParts, openLife } from './explorer-world.ts';

const now = new Date('2026-03-01T10:00:00Z');
const kind = 'account';

interface Life {
  subjectId: string;
  id: string;
  link: string;
}
type Act = (parts: LifeParts, life: Life) => Promise<unknown>;

const acts: Record<string, Act> = {
  request: (parts, { subjectId }) => requestExport(parts, { kind, subjectId, requester, actor: 'user:u' }),
  confirm: (parts, { link }) => confirmExport(parts, link),
  cancel: (parts, { id }) => cancelExport(parts, id, 'user:u'),
  start: (parts, { id }) => begin(parts, id),
  finish: (parts, { id }) => finishExport(parts, { id, attempt: 1 }),
  'finish at once': (parts, { id }) => buildAtOnce(parts, { exportId: id, attempt: 1 }),
  fail: (parts, { id }) =>
    failExport(parts, { exportId: id, attempt: 1 }, new HandoverError('source_refused')),
  'give up': (parts, { id }) => failExport(parts, { exportId: id, attempt: null }, null),
  delete: (parts, { id }) => deleteArchive(parts, id, 'user:u'),
  retry: (parts, { id }) => retryExport(parts, id, 'operator'),
};

/** How an export comes to be where two act on it at once, and who may want to. */
const meetings: { at: string; way: string[]; who: string[] }[] = [
  { at: 'pending', way: [], who: ['confirm', 'cancel', 'request'] },
  { at: 'confirmed', way: ['confirm'], who: ['start', 'cancel', 'give up', 'request'] },
  { at: 'processing', way: ['confirm', 'build'], who: ['finish', 'fail', 'start', 'cancel', 'give up'] },
  {
    at: 'processing, with nothing written down',
    way: ['confirm', 'start'],
    who: ['finish at once', 'fail', 'start', 'cancel', 'give up'],
  },
  { at: 'completed', way: ['confirm', 'build', 'finish'], who: ['delete', 'finish', 'request'] },
  { at: 'failed', way: ['confirm', 'build', 'fail'], who: ['retry', 'request', 'start'] },
];

describe('two who act on an export at the same instant', () => {
  for (const { at, way, who } of meetings) {
    it(`at ${at} leave it as if one had come after the other`, async (t) => {
      const { parts } = await openLife(t);
      const life = { ...parts, now: () => now };
      for (const first of who) {
        for (const second of who) {
          const together = await outcome(life, await lead(life, way), first, second, true);
          const orders = [
            await outcome(life, await lead(life, way), first, second, false),
            swapped(await outcome(life, await lead(life, way), second, first, false)),
          ];
          if (orders.some((order) => isDeepStrictEqual(order, together))) continue;
          assert.deepEqual(together, orders[0], `${first} and ${second} at ${at}`);
        }
      }
    });
  }
});

async function lead(parts: LifeParts, way: string[]): Promise<Life> {
  const subjectId = randomUUID();
  const { id } = await requestExport(parts, { kind, subjectId, requester, actor: 'user:u' });
  const life = { subjectId, id, link: await mailLink(parts, id, now) };
  for (const step of way) {
    if (step === 'build') await buildAll(parts, id);
    else await acts[step]?.(parts, life);
  }
  return life;
}

async function buildAll(parts: LifeParts, exportId: string): Promise<void> {
  const attempt = (await begin(parts, exportId)) ?? 0;
  await plan(parts, { exportId, attempt });
  for (let number = 0; number < PARTS; number++) await build(parts, { exportId, attempt, number });
}

/** What both were answered, and what became of the subject's exports. At once: the second acts before the first commits. */
async function outcome(parts: LifeParts, life: Life, first: string, second: string, isAtOnce: boolean) {
  const gate = Promise.withResolvers<void>();
  const atGate = Promise.withResolvers<void>();
  const held: Database = {
    ...parts.db,
    transaction: (run) =>
      parts.db.transaction(async (tx) => {
        const result = await run(tx);
        atGate.resolve();
        await gate.promise;
        return result;
      }),
  };
  if (!isAtOnce) gate.resolve();
  const one = answer(acts[first]?.({ ...parts, db: held }, life));
  await Promise.race([isAtOnce ? atGate.promise : one, one]);
  const other = answer(acts[second]?.(parts, life));
  if (isAtOnce) await Promise.race([other, sleep(BLOCKED_MS)]);
  gate.resolve();
  const answers = [await one, await other];

  const exports = await findToldExports(parts.db, { kind, subjectId: life.subjectId }, 10);
  const seen = await findExport(parts.db, life.id);
  const letters = await parts.db.query<{ letter: string }>(
    'select letter from handover.mails where export_id = $1 order by letter',
    [life.id],
  );
  return {
    answers: answers.map((said) => (said === 'refused' ? said : 'done')),
    first: [seen?.status, seen?.attempt, seen?.failure?.code],
    all: exports.map(({ status }) => status).sort(),
    letters: letters.map(({ letter }) => letter),
  };
}

function swapped<T extends { answers: string[] }>(seen: T): T {
  return { ...seen, answers: seen.answers.toReversed() };
}

/** By then a statement waits for the lock of the other. */
const BLOCKED_MS = 25;

/** A refusal is an answer; anything else that is thrown is a fault, and fails the test. */
async function answer(act: Promise<unknown> | undefined): Promise<string> {
  try {
    await act;
    return 'done';
  } catch (error) {
    if (error instanceof HandoverError) return 'refused';
    throw error;
  }
}
