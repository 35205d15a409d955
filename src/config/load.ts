import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HandoverError } from '../errors.ts';
import { configInvalid, problemsOf } from './problems.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';
import { configSchema } from './schema.ts';

/**
 * Reads, checks and fills in a config: TypeScript, JavaScript or JSON. It needs no database; whether the catalog
 * agrees is seen when it is read. Throws `config_invalid`, which lists every problem with its path and a right value.
 * Where no source will be opened (`needsSources: false`), an address that is not set is none of the problems.
 */
export async function loadConfig(
  path: string,
  { needsSources = true }: { needsSources?: boolean } = {},
): Promise<ResolvedConfig> {
  const file = resolve(path);
  await refuseMissing(file);
  const written = extname(file) === '.json' ? await readJson(file) : await importDefault(file);
  const { success, data, error } = configSchema.safeParse(needsSources ? written : withAddresses(written));
  if (!success) throw configInvalid(file, problemsOf(error.issues));
  return resolveConfig(data, file);
}

function withAddresses(written: unknown): unknown {
  if (!isRecord(written) || !isRecord(written.sources)) return written;
  const sources = Object.entries(written.sources).map(([name, source]) => {
    const isUnset = isRecord(source) && source.type === 'postgres' && source.url === undefined;
    return [name, isUnset ? { ...source, url: 'postgres://unset' } : source];
  });
  return { ...written, sources: Object.fromEntries(sources) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function refuseMissing(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) return;
  throw new HandoverError(
    'config_invalid',
    `${found ? 'This is not a file' : 'There is no config'}: ${file}
Set HANDOVER_CONFIG to the path of your config, or write a handover.config.ts like this and start again:
${starter}`,
    { details: { file } },
  );
}

const starter = `
  import { defineConfig } from 'handover';

  export default defineConfig({
    product: { name: 'Your product' },
    sources: { main: { type: 'postgres', url: process.env.SOURCE_DATABASE_URL } },
    exports: {
      account: {
        subject: { table: 'account', column: 'id' },
        categories: {
          calls: { from: 'calls', belongsTo: 'account_id', include: ['id', 'started_at'] },
        },
      },
    },
  });
`;

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function importDefault(file: string): Promise<unknown> {
  const url = pathToFileURL(file);
  // A config may read the environment, so it is read anew each time and not from the cache of modules.
  url.searchParams.set('load', randomUUID());
  let module: { default?: unknown };
  try {
    module = await import(url.href);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (module.default !== undefined) return module.default;
  throw new HandoverError(
    'config_invalid',
    `${file} has no default export. Write: export default defineConfig({ product: …, sources: …, exports: … });`,
    { details: { file } },
  );
}

function unreadable(file: string, cause: unknown): HandoverError {
  const { code, message } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { message: String(cause) };
  const hint = (code !== undefined && hints[code]) || '';
  return new HandoverError('config_invalid', `${file} cannot be read: ${message}${hint && `\n${hint}`}`, {
    cause,
    details: { file },
  });
}

/** What Node's codes of a failed import mean for somebody who wrote a config. */
const hints: Record<string, string> = {
  ERR_UNKNOWN_FILE_EXTENSION:
    'Write the config as .ts, .mts, .js, .mjs or .json; .ts needs Node 22.18 or later.',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    'Node runs no TypeScript inside node_modules: keep your config outside.',
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'Node only takes types away: enum, namespace and parameter properties do not work.',
  ERR_MODULE_NOT_FOUND: `Is it installed? The config imports what the message names.`,
};
