import { createHash } from 'node:crypto';
import { Client } from 'pg';

/**
 * The name by which a connection prepares a statement once and then only runs it: most of what small statements cost the
 * server is to plan them. Made of the text, so that no other process or version means another statement by it, should they
 * share a connection behind a pooler.
 */
export function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `handover_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
  names.set(sql, name);
  return name;
}

const names = new Map<string, string>();

/** What is made of literals would be kept for nothing by every connection. */
const MOST_TEXTS = 200;

/**
 * A client that prepares the statements of who does not name them: the queue's, of which the one that looks for a job costs
 * twice as much to plan as to run. A text that comes once is not prepared.
 */
export class PreparingClient extends Client {
  override query(...args: unknown[]): never {
    const [text, ...others] = args;
    const run = super.query as (...args: unknown[]) => never;
    if (typeof text !== 'string' || isSeveral(text) || !isRepeated(text)) return run.apply(this, args);
    return run.call(this, { name: nameOf(text), text }, ...others);
  }
}

/** Such a text cannot be prepared. */
function isSeveral(text: string): boolean {
  return /;\s*\S/.test(text);
}

const seen = new Set<string>();

function isRepeated(text: string): boolean {
  if (seen.has(text)) return true;
  if (seen.size < MOST_TEXTS) seen.add(text);
  return false;
}
