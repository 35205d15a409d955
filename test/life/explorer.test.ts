import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canReach, explore, type Graph, type Seen, type Step } from './explorer-graph.ts';
import { openSandbox } from './explorer-world.ts';

const terminal = ['expired', 'failed', 'cancelled'];
const active = ['pending', 'confirmed', 'processing', 'completed'];

/** Which status may follow which: the drawing of docs/life-of-an-export.md. */
const drawn: Record<string, string[]> = {
  pending: ['confirmed', 'expired', 'cancelled'],
  confirmed: ['processing', 'failed', 'cancelled'],
  processing: ['completed', 'failed', 'cancelled'],
  completed: ['expired'],
  failed: ['confirmed'],
  expired: [],
  cancelled: [],
};

describe('every order in which people, workers and time can act on an export', () => {
  it('keeps the rules of its life, and from everywhere there is a way out', async (t) => {
    const graph = await explore(await openSandbox(t), check);
    const statuses = new Set([...graph.states.values()].map((seen) => seen.exports[0]?.status));
    t.diagnostic(`${graph.states.size} states, ${graph.steps.length} steps between them`);
    assert.deepEqual([...statuses].sort(), [...active, ...terminal, undefined].sort());

    const isIn = (wanted: string[]) => (seen: Seen) => wanted.includes(seen.exports[0]?.status ?? '');
    const anybody = () => true;
    const system = (step: Step) => step.action.isBySystem;
    // Nobody has to do anything for an export to end, or to be ready.
    assertFromAll(graph, isIn(['pending']), canReach(graph, isIn(['expired']), system));
    assertFromAll(graph, isIn(['confirmed', 'processing']), canReach(graph, isIn(['completed']), system));
    assertFromAll(graph, isIn(['completed']), canReach(graph, isIn(['expired']), system));
    // Whoever waits may take it back, and whoever lost it may ask again.
    const waits = (seen: Seen) =>
      isIn(['pending', 'confirmed', 'processing'])(seen) && !seen.exports[0]?.isDue;
    assertFromAll(graph, waits, canReach(graph, isIn(['cancelled']), anybody));
    const second = (seen: Seen) => seen.exports.length === 2;
    assertFromAll(graph, isIn(terminal), canReach(graph, second, anybody));
  });
});

function check({ action, before, after, path }: Step): void {
  const story = [...path, action.name].join(', ');
  const was = before.exports[0];
  const is = after.exports[0];
  assert.ok(
    after.exports.filter(({ status }) => active.includes(status)).length <= 1,
    `two active: ${story}`,
  );
  for (const { status, hasKey, hasLinks, hasJob, readyMails } of after.exports) {
    if (terminal.includes(status))
      assert.equal(hasKey || hasLinks, false, `${status} can be opened: ${story}`);
    if (status === 'completed') assert.equal(hasKey, true, `completed without a key: ${story}`);
    if (status === 'confirmed' || status === 'processing') assert.equal(hasJob, true, `no job: ${story}`);
    assert.ok(readyMails <= 1, `two ready mails: ${story}`);
  }
  if (!was || !is) return;

  if (was.status !== is.status) {
    assert.ok(drawn[was.status]?.includes(is.status), `${was.status} to ${is.status}: ${story}`);
    const worker = /^(first|second) worker/.exec(action.name)?.[1];
    if (worker && !action.name.endsWith('start')) {
      const belief = before.workers[worker === 'first' ? 0 : 1];
      assert.equal(belief, 'current', `a worker of a lost attempt moved the export: ${story}`);
    }
  }
  assert.ok(is.attempt >= was.attempt, `the attempt went back: ${story}`);
  if (was.status === 'completed') assert.equal(is.attempt, was.attempt, `read again when ready: ${story}`);
  if (was.status !== 'completed' && is.status === 'completed') {
    const whole = action.name.endsWith('build at once') ? ['done'] : ['done', 'done'];
    assert.deepEqual(is.parts, whole, `completed with parts missing: ${story}`);
    assert.equal(is.olderParts, 0, `parts of an older attempt: ${story}`);
  }
  if (is.status === 'completed') {
    assert.equal(
      was.status === 'completed' && is.parts.join() !== was.parts.join(),
      false,
      `changed: ${story}`,
    );
  }
}

function assertFromAll(graph: Graph, isHere: (seen: Seen) => boolean, reaching: Set<string>): void {
  const stuck = [...graph.states].filter(([key, seen]) => isHere(seen) && !reaching.has(key));
  assert.deepEqual(
    stuck.map(([, seen]) => seen),
    [],
  );
}
