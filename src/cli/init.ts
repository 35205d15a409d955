import { access, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { draftFrom } from '../draft/draft-from.ts';
import type { Guess } from '../draft/find-subject.ts';
import { type DraftSummary, summarise } from '../draft/summary.ts';
import { writeConfig } from '../draft/write-config.ts';
import { writeTable } from '../draft/write-names.ts';
import { readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { print, styled, tell } from './terminal.ts';

interface Options {
  databaseUrl?: string;
  subject?: string;
  out: string;
  sample?: boolean;
  json?: boolean;
  force?: boolean;
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('Draft a config from the catalogs of a database.')
    .option('--database-url <url>', 'the database that is read (SOURCE_DATABASE_URL)')
    .option('--subject <table>', 'the table whose row is the subject; found or asked for without it')
    .option('--out <file>', 'where the draft goes', DEFAULT_OUT)
    .option('--sample', 'look at some rows too, to find secrets in values and in JSON; none is printed')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print what the draft came to as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  handover init --database-url postgres://reader@127.0.0.1/acme --subject customers\n',
    )
    .action(async (options: Options) => {
      const path = resolve(options.out);
      await refuseToOverwrite(path, options);
      const draft = await draftFrom(
        { choose: canAsk(options) ? ask : null },
        { url: addressOf(options), subject: options.subject ?? null, sample: options.sample ?? false },
      );
      const text = writeConfig(draft, { canImport: canImport(path) });
      await writeFile(path, text, { flag: options.force ? 'w' : 'wx' });
      const summary = summarise(draft);
      if (options.json) print(JSON.stringify({ path, ...summary }));
      else printSummary(relative('.', path), summary, options);
    });
}

function addressOf({ databaseUrl }: Options): string {
  const url = databaseUrl ?? readEnvironment().sourceDatabaseUrl;
  if (url === null) {
    throw new HandoverError(
      'invalid_request',
      'Which database? Set SOURCE_DATABASE_URL, or name it: --database-url postgres://reader@127.0.0.1/acme',
    );
  }
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new HandoverError(
    'invalid_request',
    '--database-url: expected an address that begins with postgres://',
  );
}

async function refuseToOverwrite(path: string, { force }: Options): Promise<void> {
  if (!['.ts', '.mts', '.js', '.mjs'].includes(extname(path))) {
    throw new HandoverError(
      'invalid_request',
      `--out ${path}: expected a .ts, .mts, .js or .mjs file; a draft has comments.`,
    );
  }
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere && !force) {
    throw new HandoverError(
      'invalid_request',
      `${path} is there already. Name another file with --out, or write over it with --force.`,
    );
  }
}

/** Whether `handover` is installed where the draft will lie; without it a plain object is written, which loads too. */
function canImport(path: string): boolean {
  try {
    createRequire(path).resolve('handover');
    return true;
  } catch {
    return false;
  }
}

function canAsk({ json }: Options): boolean {
  return !json && process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function ask(guesses: Guess[]): Promise<string> {
  tell('Whose data is to be exported? Likely:');
  guesses.forEach(({ table, reaches }, index) => {
    tell(`  ${index + 1}  ${writeTable(table)}  (${reaches} tables hang on it)`);
  });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await terminal.question('A number, or the name of a table: ')).trim();
    const chosen = guesses[Number(answer) - 1];
    return chosen ? writeTable(chosen.table) : answer;
  } finally {
    terminal.close();
  }
}

function printSummary(path: string, summary: DraftSummary, options: Options): void {
  const { subject, columnsExcluded, questions } = summary;
  const line = (name: string, text: string) => print(`${name.padEnd(12)}${text}`);
  const tables = (name: string, names: string[]) =>
    line(name, names.length === 0 ? 'none' : `${names.length}: ${names.join(', ')}`);
  line('subject', `${subject.table}, by ${subject.column}`);
  tables('reached', summary.reached);
  tables('looked up', summary.lookedUp);
  tables('left out', summary.leftOut);
  tables('unreached', summary.unreached);
  const excluded = Object.entries(columnsExcluded).map(([reason, count]) => `${count} ${reason}`);
  line('columns', `${summary.columnsIncluded} leave; stay: ${excluded.join(', ')}`);
  line('questions', `${questions.length}`);
  for (const { place, question } of questions.slice(0, SHOWN))
    print(`  ${styled('bold', place)}  ${question}`);
  if (questions.length > SHOWN)
    print(`  and ${questions.length - SHOWN} more, each beside its line in the file`);
  tell();
  tell(`${styled('green', 'written', process.stderr)}   ${path}`);
  tell('next      answer what is marked QUESTION in it');
  if (!options.sample) tell(`          ${again(options)}   looks at some rows too, and into JSON`);
  tell('          handover check   says whether config and database agree');
  tell(`          handover export ${summary.export} --subject ID --out FILE   shows what would leave`);
}

/** The same draft with a sample; the address may hold a password, and is not repeated. */
function again({ subject, out }: Options): string {
  const given = [...(subject ? ['--subject', subject] : []), ...(out === DEFAULT_OUT ? [] : ['--out', out])];
  return ['handover init', ...given, '--sample --force'].join(' ');
}

const DEFAULT_OUT = 'handover.config.ts';

/** Questions on the terminal; all are in the file. */
const SHOWN = 12;
