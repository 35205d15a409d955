import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { formatBytes, formatNumber } from '../language/language.ts';
import { exportToFile, type WrittenFile } from '../steps/export-to-file.ts';
import { fail, print, progressBar, styled, table, tell } from './terminal.ts';

interface Options {
  subject: string;
  out: string;
  json?: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Export one subject straight into a file, without a server.')
    .argument('<kind>', 'a name under `exports` in the config')
    .requiredOption('--subject <id>', 'whose data')
    .requiredOption('--out <file>', 'where the file goes; it is not sealed, and readable by you alone')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExample:\n  handover export account --subject 148 --out 148.json\n')
    .action(async (kind: string, options: Options) => {
      const config = await loadConfig(readEnvironment().configPath);
      const bar = progressBar('reading');
      let bytes = 0;
      const stopped = new AbortController();
      const stop = () => stopped.abort(new HandoverError('invalid_request', 'Stopped. Nothing was written.'));
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
      try {
        const request = { kind, subject: options.subject, path: options.out };
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
export function printWritten({ path, bytes, sha256, snapshotAt, categories }: WrittenFile): void {
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
}
