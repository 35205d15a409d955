import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { readEnvironment } from '../env.ts';
import { registerMarkdown } from '../register/markdown.ts';
import { registerOf } from '../register/register.ts';
import { print, styled, tell } from './terminal.ts';

interface Options {
  json?: boolean;
  out?: string;
}

export function addRegister(program: Command): void {
  program
    .command('register')
    .description('Write the record of what leaves and what stays, from the config alone, without a database.')
    .option('--json', 'as JSON; else as Markdown')
    .option('--out <file>', 'where it goes; without it, to standard output')
    .addHelpText('after', '\nExample:\n  handover register --out docs/what-leaves.md\n')
    .action(async ({ json, out }: Options) => {
      const config = await loadConfig(readEnvironment().configPath, { needsSources: false });
      const register = registerOf(config);
      const text = json ? `${JSON.stringify(register, null, 2)}\n` : registerMarkdown(register);
      if (out === undefined) return print(text.trimEnd());
      await writeFile(out, text);
      tell(`${styled('green', 'written', process.stderr)}  ${out}`);
    });
}
