import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../../src/archive/manifest-signature.ts';
import { verifyArchive } from '../../src/archive/verify-archive.ts';
import { linkToken } from '../support/installation.ts';
import { type Fault, faults, pick } from './faults.ts';
import { CANARY, checkDocument, checkWallets } from './ledger.ts';
import type { Site, Wanted } from './site.ts';

/** What happened in a round. */
export interface Round {
  number: number;
  struck: string[];
  exports: number;
  attempts: number;
  seconds: number;
  /** From the death of a snapshot's holder to the next attempt, in seconds. */
  takeovers: number[];
  /** Ready mails that came twice with one Message-ID: the sender died before it noted the sending. */
  repeatedMails: number;
  problem: string | null;
}

/** Longest that anything may take that happens by itself, in milliseconds. */
const PATIENCE_MS = 300_000;
/** When the last fault strikes at the latest, in milliseconds after the request. */
const UNTIL_MS = 3_000;

/** One export of every bank, and a small one, while things break, and then every rule about what must be left. Never throws. */
export async function runRound(
  site: Site,
  number: number,
  random: () => number,
  among = faults,
): Promise<Round> {
  const startedAt = performance.now();
  const round: Round = {
    number,
    struck: [],
    exports: site.wanted.length,
    attempts: 0,
    seconds: 0,
    takeovers: [],
    repeatedMails: 0,
    problem: null,
  };
  try {
    const asked = await Promise.all(site.wanted.map((wanted) => request(site, wanted, number)));
    const deaths = await strikeAtRandom(site, round, random, among);
    for (const one of asked) await checkExport(site, round, one);
    await measure(site, round, deaths, asked);
    await checkStore(site);
    await Promise.all(asked.map((one) => eventually('the deletion', () => remove(site, one))));
    await eventually('an empty store', async () => assert.deepEqual(await storedFiles(site), []));
    assert.deepEqual(site.fallen, []);
    assert.equal(site.logged().includes(CANARY), false, 'plain text in a log');
  } catch (error) {
    round.problem =
      error instanceof Error ? `${error.message}${error.cause ? ` (${error.cause})` : ''}` : String(error);
  }
  round.seconds = (performance.now() - startedAt) / 1000;
  return round;
}

interface Asked extends Wanted {
  id: string;
  email: string;
}

async function request(site: Site, wanted: Wanted, number: number): Promise<Asked> {
  const email = `${wanted.bank}-${wanted.kind}-${number}-${Date.now()}@acme.example`;
  const id = await eventually('the request', async () => {
    const body = { user: { id: 'u', email } };
    const asked = await site
      .call<{ id: string }>('POST', '/v1/exports', wanted, body)
      .catch(async (error) => {
        // The answer to an earlier try may have been lost, not the request.
        const { exports } = await site.call<{ exports: Seen[] }>('GET', '/v1/exports', wanted);
        const mine = exports.find(({ requestedBy }) => requestedBy.email === email);
        if (mine) return mine;
        throw error;
      });
    return asked.id;
  });
  return { ...wanted, id, email };
}

interface Seen {
  id: string;
  status: string;
  failure: { code: string } | null;
  requestedBy: { email: string };
}

/** Returns when holders of snapshots died. */
async function strikeAtRandom(
  site: Site,
  round: Round,
  random: () => number,
  among: Fault[],
): Promise<Date[]> {
  const deaths: Date[] = [];
  const count = 1 + Math.floor(random() * 3);
  const instants = Array.from({ length: count }, () => random() * UNTIL_MS).sort((one, other) => one - other);
  const startedAt = performance.now();
  for (const instant of instants) {
    await sleep(Math.max(0, startedAt + instant - performance.now()));
    const fault = await strikeOne(site, random, among);
    if (!fault) continue;
    round.struck.push(fault.name);
    if (fault.name.includes('holder')) deaths.push(new Date());
  }
  return deaths;
}

/** Some faults find nothing to break at some instants; then another is tried. */
async function strikeOne(site: Site, random: () => number, among: Fault[]): Promise<Fault | null> {
  for (let tries = 0; tries < 10; tries++) {
    const fault = pick(among, random);
    if (fault && (await fault.strike(site, random))) return fault;
    await sleep(50);
  }
  return null;
}

async function checkExport(site: Site, round: Round, asked: Asked): Promise<void> {
  const { bank, kind, id, email } = asked;
  await eventually(`the export of ${bank} (${kind}) to end`, async () => {
    const { status, failure } = await site.call<Seen>('GET', `/v1/exports/${id}`, asked);
    if (status === 'failed') throw new Stop(`the export of ${bank} (${kind}) failed: ${failure?.code}`);
    assert.equal(status, 'completed');
  });
  const text = await eventually('the download', async () => {
    const { url } = await site.call<{ url: string }>('POST', `/v1/exports/${id}/download-link`, asked);
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    return answer.text();
  });
  if (kind === 'account') checkDocument(text, bank);
  else checkWallets(text, bank);
  await checkManifest(site, asked, text);
  const mails = await eventually('the ready mail', async () => {
    const ready = site.smtp.mails.filter(
      (mail) => mail.to.includes(email) && linkToken(mail.text, 'download'),
    );
    assert.ok(ready.length > 0, 'no ready mail');
    return ready;
  });
  assert.equal(new Set(mails.map((mail) => mail.headers['message-id'])).size, 1, 'two ready mails');
  round.repeatedMails += mails.length - 1;
}

/** The file is the one that its manifest tells of, signed, with nothing missing. */
async function checkManifest(site: Site, asked: Asked, text: string): Promise<void> {
  const manifest = await eventually('the manifest', () =>
    site.read(`/v1/exports/${asked.id}/manifest`, asked),
  );
  const { keys } = await eventually('the key set', () =>
    site.call<{ keys: { x: string }[] }>('GET', '/.well-known/handover-keys.json', asked),
  );
  const trusted = keys.map(({ x }) => keyOf(x));
  const proved = await verifyArchive(manifest, new Blob([text]).stream(), trusted);
  assert.deepEqual([proved.finding, proved.signature, proved.manifest.complete], [null, 'trusted', true]);
}

async function measure(site: Site, round: Round, deaths: Date[], asked: { id: string }[]): Promise<void> {
  const events = await eventually('the events', () =>
    site.state.query<{ at: Date; id: string }>(
      `select at, export_id as id from handover.export_events where event = 'started' and export_id = any($1) order by at`,
      [asked.map(({ id }) => id)],
    ),
  );
  round.attempts = events.length;
  for (const death of deaths) {
    // Of the exports that had begun by then, and began again: the last one to do so.
    const begun = new Set(events.filter(({ at }) => at < death).map(({ id }) => id));
    const again = [...begun].flatMap(
      (id) => events.find((event) => event.id === id && event.at > death) ?? [],
    );
    const last = again.at(-1);
    if (last) round.takeovers.push((last.at.getTime() - death.getTime()) / 1000);
  }
}

/** Exactly the parts of the archives lie in the store, and none of them in the clear. */
async function checkStore(site: Site): Promise<void> {
  await eventually(
    'no orphan part',
    async () => {
      const parts = await site.state.query<{ name: string }>(
        `select p.object_name as name from handover.export_parts p join handover.data_exports e
       on e.id = p.export_id and e.attempt = p.attempt where e.status = 'completed'`,
      );
      assert.deepEqual(await storedFiles(site), parts.map(({ name }) => name).sort());
    },
    30_000,
  );
  for (const file of await filesOf(site.dataDir)) {
    assert.equal((await readFile(file)).includes(CANARY), false, `plain text in ${file}`);
  }
}

async function remove(site: Site, asked: Asked): Promise<void> {
  const { status } = await site.call<Seen>('GET', `/v1/exports/${asked.id}`, asked);
  if (status === 'completed') await site.call('DELETE', `/v1/exports/${asked.id}/archive`, asked);
}

async function storedFiles(site: Site): Promise<string[]> {
  const store = join(site.dataDir, 'store');
  return (await filesOf(store)).map((file) => file.slice(store.length + 1)).sort();
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** A thing that will not get better by waiting. */
class Stop extends Error {}

async function eventually<T>(what: string, run: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const endsAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Stop) throw error;
      if (performance.now() > endsAt) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Waited ${patienceMs / 1000} s for ${what} in vain: ${reason}`);
      }
      await sleep(150);
    }
  }
}
