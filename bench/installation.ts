import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeConfig } from './configs.ts';
import type { Bench } from './context.ts';
import type { Side } from './side-process.ts';
import type { InstallationSettings } from './sides/installation.ts';

/** The API key that every installation of a benchmark knows. */
export const apiKey = { key: 'bench', secret: 'a-secret-of-more-than-thirty-two-bytes' };

export const authorization = `Basic ${Buffer.from(`${apiKey.key}:${apiKey.secret}`).toString('base64')}`;

export interface InstallationOptions {
  name: string;
  config: object;
  roles: InstallationSettings['roles'];
  /** Where its own state lies. Default: a database of the same server. */
  state?: 'postgres' | 'pglite';
}

/** A Handover with a data folder and a state of its own; `env` is what another process joins it by. */
export async function startInstallation(
  bench: Bench,
  { name, config, roles, state = 'postgres' }: InstallationOptions,
): Promise<{ side: Side; env: Record<string, string> }> {
  const dataDir = join(bench.folder, `data-${name.replaceAll(/\W+/g, '-')}`);
  await mkdir(dataDir, { mode: 0o700 });
  const env = {
    HANDOVER_CONFIG: await writeConfig(`${dataDir}.config.json`, config),
    HANDOVER_DATA_DIR: dataDir,
    HANDOVER_KEY: randomBytes(32).toString('base64'),
    HANDOVER_API_KEY: apiKey.key,
    HANDOVER_API_SECRET: apiKey.secret,
    ...(state === 'postgres' && { DATABASE_URL: await bench.postgres.server.createDatabase() }),
  };
  const side = await bench.side({ name, module: 'installation', settings: { env, roles } });
  return { side, env };
}
