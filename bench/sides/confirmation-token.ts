import { setTimeout as sleep } from 'node:timers/promises';
import type { Parts } from '../../src/steps/parts.ts';

const LOOK_MS = 20;
const PATIENCE_MS = 30_000;
const seen = new Set<string>();

/** The token of the newest confirmation mail that was not taken yet: there is one export at a time. */
export async function findConfirmationToken(
  { mailbox }: Pick<Parts, 'mailbox'>,
  id: string,
): Promise<string> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (performance.now() < endsAt) {
    for (const { text } of (await mailbox?.list()) ?? []) {
      const token = /\/confirm\/([\w-]{43})/.exec(text)?.[1];
      if (!token || seen.has(token)) continue;
      seen.add(token);
      return token;
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`No confirmation mail came for ${id}.`);
}
