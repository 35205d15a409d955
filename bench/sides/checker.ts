import { readSchema } from '../../src/catalog/read-schema.ts';
import { withSession } from '../../src/catalog/with-session.ts';
import { checkConfig } from '../../src/check/check-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Run } from '../compare.ts';

/** `handover check` as the command runs it, from the file of the config on; or the read of the catalogs alone. */
export async function start({ configPath, catalogOnly }: { configPath: string; catalogOnly: boolean }) {
  return {
    async run(): Promise<Run> {
      const startedAt = performance.now();
      const config = await loadConfig(configPath);
      const [settings] = Object.values(config.sources);
      if (settings === undefined) throw new Error('The config has no source.');
      const rows = catalogOnly
        ? (await withSession(settings, readSchema)).relations.length
        : await checked(config);
      return { seconds: (performance.now() - startedAt) / 1000, rows, bytes: 0 };
    },
  };
}

/** The tables that were compared. A finding would mean that the bench measures a refusal. */
async function checked(config: Awaited<ReturnType<typeof loadConfig>>): Promise<number> {
  const { findings, tables } = await checkConfig(config);
  const [first] = findings;
  if (first !== undefined) throw new Error(`${first.rule} ${first.path}: ${first.what}`);
  return tables;
}
