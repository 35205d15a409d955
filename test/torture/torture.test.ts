import assert from 'node:assert/strict';
import { it } from 'node:test';
import { faults } from './faults.ts';
import { createRandom } from './random.ts';
import { runRound } from './round.ts';
import { startSite } from './site.ts';

/** With it three faults strike. */
const SEED = 1_149;

// One round of `npm run torture`, which docs/unkillable.md tells of.
it('while processes and databases are killed, exports end whole, once and of one instant', async (t) => {
  const site = await startSite({ banks: 2, transfers: 3_000 });
  t.after(() => site.stop());
  const among = faults.filter(({ name }) => /holder|reader/.test(name));
  const { struck, problem, attempts, seconds } = await runRound(site, 1, createRandom(SEED), among);
  t.diagnostic(`${struck.join(', ')}: ${attempts} attempts, ${seconds.toFixed(1)} s`);
  assert.equal(problem, null);
  assert.ok(struck.length > 0, 'nothing was struck');
});
