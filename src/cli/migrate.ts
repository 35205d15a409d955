import type { Command } from 'commander';
import { readEnvironment } from '../env.ts';
import { openState } from '../start.ts';
import { print } from './terminal.ts';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description("Bring Handover's own tables up to date. `serve` and `worker` do so too when they start.")
    .action(async () => {
      const state = await openState(readEnvironment());
      try {
        const { migrated } = state;
        print(migrated.length === 0 ? 'Up to date.' : migrated.map((name) => `Ran ${name}`).join('\n'));
      } finally {
        await state.db.close();
      }
    });
}
