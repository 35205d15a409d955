import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { lockDataFolder } from '../data-folder.ts';
import { type Environment, readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { startHandover } from '../start.ts';
import { demoEnvironment } from './demo/environment.ts';
import { createPresetKey, type Folders, fillProduct, type Product } from './demo/product.ts';
import { serveProduct } from './demo/product-page.ts';
import { walk } from './demo/walk.ts';
import { stopOnSignals } from './serve.ts';
import { print, styled, table, tell } from './terminal.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('Run Handover beside a product with real data, with nothing to set up.')
    .option('--once', 'walk one export of the largest account from request to file, then exit')
    .option('--out <folder>', 'where --once writes the archive', 'out')
    .option('--fresh', 'forget what earlier demos left behind')
    .addHelpText(
      'after',
      `
State lies in .handover-demo (or HANDOVER_DATA_DIR), the product's database beside it in
.handover-demo-product. Both can be deleted at any time. PORT moves the demo; the product
itself answers one port further.
`,
    )
    .action(async ({ once, out, fresh }: { once?: boolean; out: string; fresh?: boolean }) => {
      if (out === '') throw new InvalidArgumentError('--out: expected a folder');
      const env = demoEnvironment(readEnvironment(undefined, { dataDir: '.handover-demo' }));
      await claim(env, fresh === true);
      const folders = { voice: join(productFolder(env), 'voice'), chat: join(productFolder(env), 'chat') };
      const config = await demoConfig(folders);
      const product = await fillProduct({ name: config.product.name, folders }, tell);
      await (once ? runOnce(env, config, product, out) : run(env, config, product));
    });
}

async function run(env: Environment, config: ResolvedConfig, product: Product): Promise<void> {
  const { handover, key } = await start(env, config);
  const shop = await serveProduct({ product, key, handoverUrl: handover.parts.publicUrl, host: env.host });
  stopOnSignals(handover);
  const { name, owner } = product.largest;
  print();
  print(
    `${styled('bold', 'Handover is running.')} The product is ${product.name}, with the data of ${product.accounts.length} accounts.`,
  );
  print();
  print(
    table([
      ['Data Export page', await shop.signIn()],
      ['', `signed in as ${owner.name} of ${name}; the link works once, within 5 minutes`],
      ['The product', shop.url],
      ['', 'its settings of any account lead to the page, as often as you like'],
      ['Mailbox', handover.parts.mailbox ? `${handover.address}/dev/mail` : 'none: HOST is open to others'],
      ['API', `${handover.address}/docs`],
      ['Chat SDKs', `${handover.address}`],
      ['', 'as their base URL, with this key and secret; channel livestream:white-room, users alice and bob'],
      ['API key', key.key],
      ['API secret', key.secret],
    ]),
  );
  print();
  print(styled('dim', `State: ${env.dataDir}   Ctrl+C stops it.`));
}

async function runOnce(
  env: Environment,
  config: ResolvedConfig,
  product: Product,
  out: string,
): Promise<void> {
  // The next walk need not wait a day.
  for (const kind of Object.values(config.exports)) kind.policy.cooldownMs = 0;
  const { handover, key } = await start({ ...env, port: 0, host: '127.0.0.1' }, config);
  try {
    await walk({ url: handover.parts.publicUrl, key, product, out });
  } finally {
    await handover.stop();
  }
}

async function start(env: Environment, config: ResolvedConfig) {
  const key = env.presetKey ?? createPresetKey();
  const handover = await startHandover(
    { ...env, presetKey: key },
    {
      log: createLogger({ level: env.logLevel === 'info' ? 'error' : env.logLevel }),
      roles: { http: true, worker: true },
      config,
    },
  );
  return { handover, key };
}

/** The configs of both examples as one: the voice product with a chat beside it. */
async function demoConfig(folders: Folders): Promise<ResolvedConfig> {
  const voice = await exampleConfig('voice');
  const { chat } = await exampleConfig('chat');
  if (!chat) throw new Error('The chat example has no server door.');
  const sources = mapSources(voice, folders.voice);
  return { ...voice, chat, sources: { ...sources, [chat.source]: { type: 'pglite', folder: folders.chat } } };
}

/** In the package an example is JavaScript. */
async function exampleConfig(name: string): Promise<ResolvedConfig> {
  const ending = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  return loadConfig(
    fileURLToPath(new URL(`../../examples/${name}/handover.config.${ending}`, import.meta.url)),
  );
}

function mapSources(config: ResolvedConfig, folder: string): ResolvedConfig['sources'] {
  return Object.fromEntries(Object.keys(config.sources).map((name) => [name, { type: 'pglite', folder }]));
}

function productFolder(env: Environment): string {
  return `${env.dataDir}-product`;
}

/**
 * Takes the folders for the demo, and empties them first when asked to. Only folders that a demo made are touched, and
 * none that is in use: `--fresh` would delete, and the demo's config would fail, what another installation has there.
 */
async function claim(env: Environment, isFresh: boolean): Promise<void> {
  // One in each folder: whoever deletes the other need not delete both.
  const marks = [env.dataDir, productFolder(env)].map((folder) => join(folder, 'made-by-handover-demo'));
  const release = await lockDataFolder(env.dataDir);
  try {
    const isOurs = await existsAny(marks);
    const isTaken = !isOurs && (await existsAny([...stateNames(env), productFolder(env)]));
    if (isTaken) {
      throw new HandoverError(
        'environment_invalid',
        `No demo made what lies in ${env.dataDir} or beside it in ${productFolder(env)}, so none touches it. Delete ` +
          'both yourself, or set HANDOVER_DATA_DIR to another folder.',
      );
    }
    if (isFresh) {
      for (const path of [...stateNames(env), productFolder(env)]) {
        await rm(path, { recursive: true, force: true });
      }
    }
    await mkdir(productFolder(env), { recursive: true });
    for (const mark of marks) await writeFile(mark, '');
  } finally {
    await release();
  }
}

/** What an installation keeps in its data folder. */
function stateNames({ dataDir }: Environment): string[] {
  return ['state', 'store', 'installation.key'].map((name) => join(dataDir, name));
}

async function existsAny(paths: string[]): Promise<boolean> {
  for (const path of paths) if (await exists(path)) return true;
  return false;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
