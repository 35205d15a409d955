import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import type { Run } from '../compare.ts';

/** `psql -c "copy (…) to stdout" > file`, in the clear, with no hash, no seal and no fsync. */
export async function start(settings: { url: string; sql: string; path: string; rows: number }) {
  return {
    async run(): Promise<Run> {
      const startedAt = performance.now();
      const file = await open(settings.path, 'w');
      const child = spawn('psql', ['-X', '-q', '-c', settings.sql, settings.url], {
        stdio: ['ignore', file.fd, 'inherit'],
      });
      const [code] = await once(child, 'exit');
      await file.close();
      const seconds = (performance.now() - startedAt) / 1000;
      if (code !== 0) throw new Error(`psql ended with ${code}.`);
      const { size } = await stat(settings.path);
      await rm(settings.path);
      return { seconds, rows: settings.rows, bytes: size };
    },
  };
}
