import type { Command } from 'commander';
import { keySetOf } from '../archive/manifest-signature.ts';
import { readEnvironment } from '../env.ts';
import { HandoverError } from '../errors.ts';
import { openState, openVaultOf } from '../start.ts';
import {
  createApiKey,
  type KeySettings,
  listApiKeys,
  revokeApiKey,
  updateApiKey,
} from '../steps/api-keys.ts';
import { print, styled, table, tell } from './terminal.ts';

/** What `create` and `update` take; `default` and `none` take a setting back. */
interface Given {
  maxMessagesPerUser?: string;
  webhook?: string;
}

const maxMessages = [
  '--max-messages-per-user <n>',
  "most messages of one user in an export, in place of the config's limit; `default` goes back to that",
] as const;
const webhook = ['--webhook <url>', 'where to tell that an export ended; `none` tells nobody'] as const;

interface Json {
  json?: boolean;
}

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description("Keys with which the product's server calls the API, and the one that signs.");
  keys
    .command('create')
    .description('Make a key. Its secret is shown once.')
    .option('--name <name>', 'what it is for', 'default')
    .option(...maxMessages)
    .option(...webhook)
    .option('--json', 'for scripts')
    .action(async ({ name, json, ...given }: Json & Given & { name: string }) => {
      const created = await withKeys((parts) => createApiKey(parts, name, settingsOf(given)));
      if (json) return print(JSON.stringify(created));
      print(
        table([
          ['key', created.key],
          ['secret', created.secret],
        ]),
      );
      tell(styled('dim', 'The secret is not shown again. Revoke the key if it gets lost.', process.stderr));
    });
  keys
    .command('list')
    .description('Show the keys, without their secrets.')
    .option('--json', 'for scripts')
    .action(async ({ json }: Json) => {
      const list = await withKeys(listApiKeys);
      if (json) return print(JSON.stringify(list));
      if (list.length === 0) return tell('No keys yet. Make one: handover keys create --name production');
      const rows = list.map(({ key, name, createdAt, revokedAt, maxMessagesPerUser, webhookUrl }) => [
        key,
        name,
        createdAt?.toISOString() ?? '',
        revokedAt ? `revoked ${revokedAt.toISOString()}` : 'live',
        maxMessagesPerUser?.toString() ?? '',
        webhookUrl ?? '',
      ]);
      print(table([['key', 'name', 'created', 'state', 'messages a user', 'webhook'], ...rows], [4]));
    });
  keys
    .command('update')
    .description('Change what a key may do, while it is in use.')
    .argument('<key>')
    .option(...maxMessages)
    .option(...webhook)
    .action(async (key: string, given: Given) => {
      const isUpdated = await withKeys((parts) => updateApiKey(parts, key, settingsOf(given)));
      if (!isUpdated) throw unknownKey(key);
      print(`Updated ${key}.`);
    });
  keys
    .command('signing')
    .description('Show the public key that signs manifests, as /.well-known/handover-keys.json does.')
    .action(async () => {
      const { vault, madeKeyAt } = await openVaultOf(readEnvironment());
      tellMadeKey(madeKeyAt);
      print(JSON.stringify(await keySetOf(vault.signer.publicKey), null, 2));
    });
  keys
    .command('revoke')
    .description('Refuse a key from now on.')
    .argument('<key>')
    .action(async (key: string) => {
      const isRevoked = await withKeys((parts) => revokeApiKey(parts, key));
      if (!isRevoked)
        throw new HandoverError('not_found', `There is no live key ${key}. See: handover keys list`);
      print(`Revoked ${key}.`);
    });
}

function settingsOf({ maxMessagesPerUser, webhook }: Given): KeySettings {
  return {
    ...(maxMessagesPerUser !== undefined && { maxMessagesPerUser: readLimit(maxMessagesPerUser) }),
    ...(webhook !== undefined && { webhookUrl: readWebhook(webhook) }),
  };
}

function readLimit(text: string): number | null {
  if (text === 'default') return null;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0 && limit < 2 ** 31) return limit;
  throw new HandoverError(
    'invalid_request',
    '--max-messages-per-user: expected a whole number above 0, e.g. 50000',
  );
}

function readWebhook(text: string): string | null {
  if (text === 'none') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return text;
  throw new HandoverError(
    'invalid_request',
    '--webhook: expected an http or https address without user and password, e.g. https://api.example.com/exports',
  );
}

function unknownKey(key: string): HandoverError {
  return new HandoverError('not_found', `There is no live key ${key}. See: handover keys list`);
}

async function withKeys<T>(run: (parts: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const parts = await open();
  try {
    return await run(parts);
  } finally {
    await parts.db.close();
  }
}

async function open() {
  const env = readEnvironment();
  const { db } = await openState(env);
  const { vault, madeKeyAt } = await openVaultOf(env);
  tellMadeKey(madeKeyAt);
  return { db, vault, now: () => new Date() };
}

function tellMadeKey(path: string | null): void {
  if (path) tell(`Made the installation key ${path}. Back it up: without it no archive can be opened.`);
}
