import type { Command } from 'commander';
import { type Environment, readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { GRACE_MS, type Handover, startHandover } from '../start.ts';

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Serve the page, the API and the downloads, with a worker in the same process.')
    .option('--no-worker', 'only answer; another process runs `handover worker`')
    .addHelpText('after', '\nOne process is enough for most. SIGTERM finishes or hands back what runs.\n')
    .action(async ({ worker }: { worker: boolean }) => {
      await run(readEnvironment(), { http: true, worker });
    });
  program
    .command('worker')
    .description('Build exports and send mails, without serving anything. Needs DATABASE_URL.')
    .addHelpText(
      'after',
      '\nRun as many as you like, on as many machines, with the same DATABASE_URL, config, key and store.\n',
    )
    .action(async () => {
      const env = readEnvironment();
      if (env.databaseUrl === null) {
        throw new HandoverError(
          'environment_invalid',
          'DATABASE_URL: a worker of its own needs a Postgres to share with `handover serve`. Without one, ' +
            '`handover serve` works by itself and is enough.',
        );
      }
      await run(env, { http: false, worker: true });
    });
}

async function run(env: Environment, roles: { http: boolean; worker: boolean }): Promise<void> {
  const log = createLogger({ level: env.logLevel });
  const handover = await startHandover(env, { log, roles });
  log.info({ address: handover.address, roles, state: handover.parts.db.kind }, 'handover is running');
  stopOnSignals(handover);
}

/** SIGTERM and SIGINT stop with grace; a second one stops at once. */
export function stopOnSignals(handover: Handover): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    handover.parts.log.info({ signal, graceMs: GRACE_MS }, 'stopping');
    void handover.stop().then(() => {
      handover.parts.log.info('stopped');
      process.exit(0);
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
