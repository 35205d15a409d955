import { type Command, InvalidArgumentError, Option } from 'commander';
import { readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { type DataExport, type Status, statuses } from '../lifecycle/data-export.ts';
import { findRecentExports } from '../lifecycle/data-exports-table.ts';
import { createLogger } from '../log.ts';
import { openState, startHandover } from '../start.ts';
import { retryExport } from '../steps/retry-export.ts';
import { print, table, tell } from './terminal.ts';

export function addExports(program: Command): void {
  const exports = program
    .command('exports')
    .description('See the exports of this installation, and retry failed ones.');
  exports
    .command('list')
    .description('The newest exports.')
    .addOption(new Option('--status <status>', 'only those').choices(statuses))
    .option('--limit <n>', 'how many', readCount, 20)
    .option('--json', 'for scripts')
    .action(async ({ status, limit, json }: { status?: Status; limit: number; json?: boolean }) => {
      const { db } = await openState(readEnvironment());
      try {
        const list = await findRecentExports(db, status ?? null, limit);
        if (json) return print(JSON.stringify(list));
        if (list.length === 0) return tell('No exports.');
        print(table([['id', 'kind', 'subject', 'status', 'requested', 'why'], ...list.map(line)]));
      } finally {
        await db.close();
      }
    });
  exports
    .command('retry')
    .description('Queue a failed export again, without a new confirmation.')
    .argument('<id>')
    .action(async (id: string) => {
      const env = readEnvironment();
      const log = createLogger({ level: 'warn' });
      const handover = await startHandover(env, { log, roles: { http: false, worker: false } });
      try {
        const { status } = await retryExport(handover.parts, id, 'operator').catch((error) =>
          refuse(id, error),
        );
        print(`${id} is ${status}.`);
      } finally {
        await handover.stop();
      }
    });
}

function refuse(id: string, cause: unknown): never {
  if (!(cause instanceof HandoverError) || cause.code !== 'export_not_found') throw cause;
  throw new HandoverError('export_not_found', `There is no export ${id}. See: handover exports list`, {
    cause,
  });
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}

function line({ id, kind, subjectId, status, requestedAt, ...data }: DataExport): string[] {
  return [id, kind, subjectId, status, requestedAt.toISOString(), whyOf(data)];
}

/** What is out of the ordinary. */
function whyOf({ failure, gaps, manifest }: Pick<DataExport, 'failure' | 'gaps' | 'manifest'>): string {
  if (failure) return failure.code;
  return [gaps.length > 0 ? 'with gaps' : '', manifest === 'damaged' ? 'damaged' : '']
    .filter(Boolean)
    .join(', ');
}
