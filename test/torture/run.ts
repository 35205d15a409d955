/**
 * Exports while processes and databases are killed, until the rounds are over.
 *
 *   npm run torture -- --rounds 100 --seed 7     the same seed strikes the same things at the same instants
 *   npm run torture -- --banks 4                 exports at a time
 *   npm run torture -- --only state              only faults whose name has these letters
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { faults } from './faults.ts';
import { createRandom } from './random.ts';
import { type Round, runRound } from './round.ts';
import { startSite } from './site.ts';
import { summarise } from './summary.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    banks: { type: 'string', default: '3' },
    transfers: { type: 'string', default: '8000' },
    only: { type: 'string', default: '' },
    /** Where the log of all processes goes at the end. */
    log: { type: 'string' },
  },
});
const among = faults.filter(({ name }) => name.includes(values.only));
const rounds: Round[] = [];
const random = createRandom(Number(values.seed));
const site = await startSite({ banks: Number(values.banks), transfers: Number(values.transfers) });
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopped = true;
  });
}
try {
  for (let number = 1; number <= Number(values.rounds) && !isStopped; number++) {
    const round = await runRound(site, number, random, among);
    rounds.push(round);
    const { struck, attempts, seconds, problem } = round;
    const what = struck.join(', ') || 'nothing';
    console.log(
      `${number}\t${seconds.toFixed(1)} s\t${attempts} attempts\t${problem ? `FAILED: ${problem}` : 'ok'}\t${what}`,
    );
    // What is left of a round that failed would spoil the next.
    if (problem) break;
  }
} finally {
  if (values.log) await writeFile(values.log, site.logged());
  await site.stop();
}
console.log(`\n${summarise(rounds, Number(values.seed))}`);
process.exitCode = rounds.some(({ problem }) => problem) ? 1 : 0;
