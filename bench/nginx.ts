import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';

/** A server of plain files. */
export interface FileServer {
  name: string;
  pid: number;
  url: string;
  stop(): Promise<void>;
}

/** nginx with one worker and sendfile, serving a folder on the loopback interface. Null when it is not on PATH. */
export async function startNginx(folder: string): Promise<FileServer | null> {
  const version = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  if (version.status !== 0) return null;
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  await writeFile(config, configuration(folder, port));
  const child = spawn('nginx', ['-c', config, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child);
  return {
    name: `${version.stderr.trim().replace('nginx version: ', '')} sendfile`,
    pid: child.pid ?? 0,
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGQUIT');
      await ended;
    },
  };
}

function configuration(folder: string, port: number): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log ${folder}/nginx.log;
    events { worker_connections 256; }
    http {
      access_log off;
      sendfile on;
      sendfile_max_chunk 2m;
      tcp_nopush on;
      ${paths.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join(' ')}
      server { listen 127.0.0.1:${port}; root ${folder}; }
    }`;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}.`);
    const answer = await fetch(url).catch(() => null);
    if (answer) return;
    await sleep(20);
  }
}
