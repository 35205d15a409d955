import { readdir, readFile } from 'node:fs/promises';
import type { Database } from './database.ts';

const folder = new URL('../migrations/', import.meta.url);

// Any number that no other program is likely to lock: the ASCII codes of "hand".
const LOCK = 0x68616e64;

/**
 * Brings the state up to the newest migration and returns the names of those that ran. Several processes may do
 * so at once: one works while the others wait, each migration is one transaction, and none runs twice.
 */
export async function migrate(db: Database): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const ran: string[] = [];
  for (const file of files) {
    const sql = await readFile(new URL(file, folder), 'utf8');
    const isNew = await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
      await tx.script(
        `create schema if not exists handover;
         create table if not exists handover.migrations (name text primary key, ran_at timestamptz not null default now())`,
      );
      const inserted = await tx.query(
        'insert into handover.migrations (name) values ($1) on conflict do nothing returning name',
        [file],
      );
      if (inserted.length > 0) await tx.script(sql);
      return inserted.length > 0;
    });
    if (isNew) ran.push(file);
  }
  return ran;
}
