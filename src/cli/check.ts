import { relative } from 'node:path';
import type { Command } from 'commander';
import { type Checked, checkConfig } from '../check/check-config.ts';
import type { Finding } from '../check/finding.ts';
import { loadConfig } from '../config/load.ts';
import { readEnvironment } from '../env.ts';
import { print, styled, table, tell } from './terminal.ts';

interface Options {
  json?: boolean;
  github?: boolean;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Compare the config with the database: what is new, gone, unclassified, unreadable or slow.')
    .argument('[kind...]', 'names under `exports`, or `chat`; all without one')
    .option('--json', 'print the findings as a JSON array')
    .option('--github', 'print the findings as annotations of a GitHub workflow')
    .addHelpText(
      'after',
      '\nIt reads catalogs and plans, never rows. Exit code 1 if there is an error, 0 with warnings only.\n',
    )
    .action(async (kinds: string[], options: Options) => {
      const startedAt = performance.now();
      const config = await loadConfig(readEnvironment().configPath);
      const checked = await checkConfig(config, kinds);
      const findings = checked.findings.map((finding) => ({
        ...finding,
        file: relative(process.cwd(), finding.file),
      }));
      if (options.json) print(JSON.stringify(findings, null, 2));
      else if (options.github) for (const finding of findings) print(annotation(finding));
      else if (findings.length > 0) print(table(findings.map(line)));
      tell(summary(checked, (performance.now() - startedAt) / 1000));
      if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
    });
}

function line({ level, rule, file, line, path, what, cure }: Finding): string[] {
  const place = line === null ? file : `${file}:${line}`;
  return [level, rule, place, sentences(path, what, cure)];
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
function annotation({ level, rule, file, line, path, what, cure }: Finding): string {
  const properties = { file, ...(line !== null && { line: String(line) }), title: `handover ${rule}` };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${level} ${written.join(',')}::${escapeData(sentences(path, what, cure))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function summary({ findings, compared, tables }: Checked, seconds: number): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const verdict =
    findings.length === 0
      ? styled('green', 'no findings', process.stderr)
      : [
          ...(errors > 0 ? [styled('red', count(errors, 'error'), process.stderr)] : []),
          ...(warnings > 0 ? [styled('yellow', count(warnings, 'warning'), process.stderr)] : []),
        ].join(', ');
  const entries = compared === 1 ? '1 entry' : `${compared} entries`;
  return `${verdict}; ${entries} of the config compared with ${count(tables, 'table')} in ${seconds.toFixed(1)} s`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function sentences(path: string, what: string, cure: string): string {
  return `${path}: ${what}${what.endsWith('?') ? '' : '.'} ${capital(cure)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
