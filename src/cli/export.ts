import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { type Environment, readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { formatBytes, formatNumber } from '../language/language.ts';
import type { Gap } from '../lifecycle/balance.ts';
import { exportToFile, type WrittenFile } from '../steps/export-to-file.ts';
import { findInstallationKey } from '../vault/installation-key.ts';
import { createSigner, type Signer } from '../vault/signer.ts';
import { fail, print, progressBar, styled, table, tell } from './terminal.ts';

interface Options {
  subject: string;
  out: string;
  manifest?: string;
  json?: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Export one subject straight into a file, without a server.')
    .argument('<kind>', 'a name under `exports` in the config')
    .requiredOption('--subject <id>', 'whose data')
    .requiredOption('--out <file>', 'where the file goes; it is not sealed, and readable by you alone')
    .option('--manifest <file>', 'write its manifest there, signed if there is an installation key')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExample:\n  handover export account --subject 148 --out 148.json\n')
    .action(async (kind: string, options: Options) => {
      const env = readEnvironment();
      const config = await loadConfig(env.configPath);
      const manifest = options.manifest === undefined ? null : await manifestAt(options.manifest, env);
      const bar = progressBar('reading');
      let bytes = 0;
      const stopped = new AbortController();
      const stop = () => stopped.abort(new HandoverError('invalid_request', 'Stopped. Nothing was written.'));
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
      try {
        const request = { kind, subject: options.subject, path: options.out, manifest };
        const written = await exportToFile(
          config,
          request,
          (progress) => {
            bytes += progress.bytes;
            const rows = `${formatNumber(progress.rowsDone, 'en')} rows, ${formatBytes(bytes, 'en')}`;
            bar.update(progress.rowsDone, progress.rowsEstimated, `${rows}  ${progress.category}`);
          },
          stopped.signal,
        );
        bar.end();
        if (options.json) print(JSON.stringify(written));
        else printWritten(written);
        tellGaps(written.gaps);
      } catch (error) {
        bar.end();
        if (!stopped.signal.aborted) throw error;
        fail(error);
        // What the source was asked may keep the process for as long as it takes.
        process.exit();
      }
    });
}

/** What is in a file that was written: a line a category. */
export function printWritten({ path, bytes, sha256, snapshotAt, categories, manifest }: WrittenFile): void {
  const rows = categories.map(({ name, rows, bytes }) => [
    name,
    formatNumber(rows, 'en'),
    formatBytes(bytes, 'en'),
  ]);
  print(table([['category', 'rows', 'size'], ...rows], [1, 2]));
  tell();
  tell(`${styled('green', 'written', process.stderr)}   ${path}, ${formatBytes(bytes, 'en')}`);
  tell(`snapshot  ${snapshotAt}`);
  tell(`sha256    ${sha256}`);
  if (!manifest) return;
  const unsigned = ', not signed: there is no installation key here';
  tell(`manifest  ${manifest.path}${manifest.isSigned ? '' : unsigned}`);
}

/** Loud, and yet no failure: the file is whole as a file, and whoever reads it has to know what it lacks. */
function tellGaps(gaps: Gap[]): void {
  if (gaps.length === 0) return;
  tell();
  tell(`${styled(['bold', 'red'], 'completed with gaps', process.stderr)}  the counts do not balance:`);
  for (const { category, rowsInScope, rowsLeftOut, rowsExported, rowsFailed } of gaps) {
    const left = rowsLeftOut > 0 ? `, ${formatNumber(rowsLeftOut, 'en')} left out by a rule` : '';
    const difference =
      rowsFailed > 0
        ? `${formatNumber(rowsFailed, 'en')} missing`
        : `${formatNumber(-rowsFailed, 'en')} too many`;
    const scope = `${formatNumber(rowsInScope, 'en')} in scope`;
    tell(`  ${category}: ${scope}${left}, ${formatNumber(rowsExported, 'en')} in the file: ${difference}`);
  }
}

/** Signs with the key of the environment or the data folder; never makes one. */
async function manifestAt(path: string, env: Environment): Promise<{ path: string; signer: Signer | null }> {
  const key = await findInstallationKey({ value: env.installationKey ?? undefined, dataDir: env.dataDir });
  return { path, signer: key && createSigner(key) };
}
