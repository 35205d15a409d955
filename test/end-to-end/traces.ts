import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { Decrypter } from 'age-encryption';
import type { Environment } from '../../src/env.ts';
import { openVaultOf } from '../../src/start.ts';
import { filesBelow, type Place } from './search.ts';

/** What a stopped Handover leaves behind: its files as they are, and what whoever has the key can make of them. */
export interface Traces {
  files: Place[];
  /** The plaintext of each sealed part. */
  opened: Place[];
  /** Each table of the state, its rows as text. */
  state: Place[];
}

/** Handover must have stopped: its state has room for one process only. */
export async function readTraces(env: Environment): Promise<Traces> {
  const files = await filesBelow(env.dataDir);
  const state = await PGlite.create(join(env.dataDir, 'state'));
  try {
    return { files, opened: await openParts(env, state), state: await dumpTables(state) };
  } finally {
    await state.close();
  }
}

/** By the age library's own reader, and not by ours. */
async function openParts(env: Environment, state: PGlite): Promise<Place[]> {
  const { vault } = await openVaultOf(env);
  const { rows } = await state.query<{ id: string; key: Uint8Array }>(
    'select id, sealed_key as key from handover.data_exports where sealed_key is not null',
  );
  const opened: Place[] = [];
  for (const { id, key } of rows) {
    const { identity } = await vault.openKey(key, id);
    for (const { name, bytes } of await filesBelow(join(env.dataDir, 'store', 'exports', id))) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      opened.push({ name: `part ${name} of ${id}`, bytes: await decrypter.decrypt(Buffer.from(bytes)) });
    }
  }
  return opened;
}

async function dumpTables(state: PGlite): Promise<Place[]> {
  const { rows: tables } = await state.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const dumped: Place[] = [];
  for (const { name } of tables) {
    const { rows } = await state.query<{ row: string }>(`select t::text as row from ${name} t`);
    dumped.push({ name, bytes: rows.map(({ row }) => row).join('\n') });
  }
  return dumped;
}

export interface TemporaryFolder {
  /** Names of everything that was made in it, gone or not. */
  made: Set<string>;
  remove(): Promise<void>;
}

/** Gives this process and its threads a folder of their own for temporary files, and notes what appears in it. */
export async function watchTemporaryFolder(): Promise<TemporaryFolder> {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'handover-temporary-'));
  const made = new Set<string>();
  const watcher = watch(folder, (_event, name) => name && made.add(name));
  process.env.TMPDIR = folder;
  return {
    made,
    async remove() {
      watcher.close();
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads files over and over while they are written; `stop` returns what was seen of those that were unfinished. */
export function watchUnfinishedFiles(folder: string): { stop(): Promise<Place[]> } {
  const seen = new Map<string, Place>();
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const entries = await readdir(folder, { recursive: true }).catch(() => []);
      for (const name of entries.filter((each) => each.includes('~'))) {
        const bytes = await readFile(join(folder, name)).catch(() => null);
        if (bytes) seen.set(name, { name: `unfinished ${name}`, bytes });
      }
      await sleep(20, undefined, { ref: false });
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return [...seen.values()];
    },
  };
}
