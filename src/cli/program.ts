import { Command } from 'commander';
import { version } from '../version.ts';
import { addCheck } from './check.ts';
import { addDemo } from './demo.ts';
import { addExport } from './export.ts';
import { addExports } from './exports.ts';
import { addInit } from './init.ts';
import { addKeys } from './keys.ts';
import { addMigrate } from './migrate.ts';
import { addRegister } from './register.ts';
import { addServe } from './serve.ts';
import { fail } from './terminal.ts';
import { addVerify } from './verify.ts';

const program = new Command('handover')
  .description('Give people a complete, safe copy of their data.')
  .version(version, '--version')
  .showHelpAfterError('(handover --help shows the commands)')
  .addHelpText(
    'after',
    `
Try it first, with nothing set up:
  handover demo            a product with real data, its Data Export page, a mailbox
  handover demo --once     the whole way of one export, in this terminal

Then in your own product, beside its database:
  1. handover init --database-url URL                   drafts handover.config.ts: what leaves, and why the rest stays
  2. handover check                                     is every table and column decided? also in your CI
  3. handover export <kind> --subject ID --out FILE     look at what would leave
  4. handover keys create                               a key for your server
  5. handover serve                                     the page, the API and a worker

Environment (all optional):
  PORT, HOST               where to listen (4600, 127.0.0.1)
  PUBLIC_URL               what people see, e.g. https://export.example.com
  DATABASE_URL             a Postgres for Handover's own state; without it, embedded in the data folder
  HANDOVER_CONFIG          the config (handover.config.ts)
  HANDOVER_DATA_DIR        sealed archives, key, embedded state (.handover)
  STORE_URL                a bucket for the archives, s3://bucket/prefix, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  HANDOVER_KEY             the installation key, 32 bytes in base64: openssl rand -base64 32
  HANDOVER_API_KEY, HANDOVER_API_SECRET   a key that exists without being created
  SMTP_URL, MAIL_FROM      how mails go out; without it they lie in a local mailbox
  TRUST_PROXY              addresses of the reverse proxies in front
  METRICS_TOKEN            by which /metrics can be read without an API key
  LOG_LEVEL                fatal, error, warn, info, debug, trace or silent (info)
`,
  );

addServe(program);
addMigrate(program);
addInit(program);
addCheck(program);
addRegister(program);
addExport(program);
addVerify(program);
addExports(program);
addKeys(program);
addDemo(program);

program.parseAsync().catch(fail);
