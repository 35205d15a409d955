import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Program, Server, Site } from './site.ts';

/** Something that breaks. Returns false when there was nothing to break at that instant. */
export interface Fault {
  name: string;
  strike(site: Site, random: () => number): Promise<boolean>;
}

export const faults: Fault[] = [
  { name: 'kill -9 a worker', strike: (site, random) => kill(pick(site.programs.slice(1), random)) },
  { name: 'kill -9 the server', strike: (site) => kill(site.programs[0]) },
  { name: 'kill -9 the holder of a snapshot', strike: killHolder },
  {
    name: 'end the backend of a snapshot',
    strike: ({ source }, random) => endBackend(source, `state = 'idle in transaction'`, random),
  },
  {
    name: 'end the backend of a reader',
    strike: ({ source }, random) => endBackend(source, `state = 'active'`, random),
  },
  {
    name: 'end a backend of the state',
    strike: ({ state }, random) => endBackend(state, 'true', random),
  },
  { name: 'crash of the source', strike: ({ source }, random) => crash(source, random) },
  { name: 'crash of the state database', strike: ({ state }, random) => crash(state, random) },
];

export function pick<T>(things: T[], random: () => number): T | undefined {
  return things[Math.floor(random() * things.length)];
}

async function kill(program: Program | undefined): Promise<boolean> {
  if (!program?.pid) return false;
  await program.kill();
  return true;
}

async function killHolder(site: Site, random: () => number): Promise<boolean> {
  const ports = await site.source
    .query<{ port: number }>(`select client_port as port ${sessions} and state = 'idle in transaction'`)
    .catch(() => []);
  const port = pick(ports, random)?.port;
  if (!port) return false;
  for (const program of site.programs) {
    if (program.pid && (await holdsPort(program.pid, port))) return kill(program);
  }
  return false;
}

const sessions = `from pg_stat_activity where application_name like 'handover%' and datname = current_database()`;

async function endBackend(server: Server, which: string, random: () => number): Promise<boolean> {
  const pids = await pidsOf(server, which);
  const pid = pick(pids, random);
  if (!pid) return false;
  await server.query('select pg_terminate_backend($1)', [pid]).catch(() => {});
  return true;
}

/** Postgres takes a killed backend for a sign of broken memory: it ends all sessions and starts again. */
async function crash(server: Server, random: () => number): Promise<boolean> {
  const pid = pick(await pidsOf(server, 'true'), random);
  if (!pid) return false;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
  return true;
}

async function pidsOf(server: Server, which: string): Promise<number[]> {
  const rows = await server
    .query<{ pid: number }>(`select pid ${sessions} and ${which} order by pid`)
    .catch(() => []);
  return rows.map(({ pid }) => pid);
}

/** Whether a process has the local end of a connection: proc(5), /proc/net/tcp, where ports are in hex. */
async function holdsPort(pid: number, port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile('/proc/net/tcp', 'utf8').catch(() => '')).split('\n');
  const columns = lines.map((line) => line.trim().split(/\s+/));
  const inode = columns.find(([, local, , state]) => local?.endsWith(`:${hex}`) && state === '01')?.[9];
  if (!inode) return false;
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    if (target === `socket:[${inode}]`) return true;
  }
  return false;
}
