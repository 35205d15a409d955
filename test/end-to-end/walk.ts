import assert from 'node:assert/strict';
import { linkToken } from '../support/installation.ts';
import type { TestSmtp } from '../support/smtp.ts';
import { type Account, authorization, type Hallomoor, json } from './hallomoor.ts';

/** An export that was walked to its end. */
export interface Walked {
  id: string;
  account: Account;
  /** The file. */
  archive: Buffer;
}

/** Walks one export as a product's server and a person do, by mail and HTTP alone. */
export async function walk(
  { hallomoor, smtp }: { hallomoor: Hallomoor; smtp: TestSmtp },
  account: Account,
): Promise<Walked> {
  const received = smtp.mails.length;
  const token = async (purpose: 'confirm' | 'download') => {
    const mail = await smtp.waitForMail(
      (each) =>
        smtp.mails.indexOf(each) >= received &&
        each.to.includes(account.owner.email) &&
        linkToken(each.text, purpose) !== null,
      { timeoutMs: 60_000 },
    );
    return linkToken(mail.text, purpose);
  };

  const requested = await hallomoor.ask('POST', `/v1/exports?accountId=${account.id}`, {
    body: { user: account.owner },
  });
  assert.equal(requested.status, 201, requested.bytes.toString());
  const { id } = json<{ id: string }>(requested);
  const confirmation = await token('confirm');
  await hallomoor.ask('GET', `/confirm/${confirmation}`);
  assert.equal((await hallomoor.ask('POST', `/confirm/${confirmation}`)).status, 200);
  await watchUntilReady(hallomoor, `/v1/exports/${id}/events?accountId=${account.id}`);
  const link = `/download/${await token('download')}`;
  const head = await hallomoor.ask('HEAD', link);
  const { status, bytes } = await hallomoor.ask('GET', link);
  assert.equal(status, 200);
  assert.equal(bytes.length, Number(head.headers.get('content-length')));
  return { id, account, archive: bytes };
}

/** Reads the events until the export is ready, and keeps what was read beside the other answers. */
async function watchUntilReady(hallomoor: Hallomoor, path: string): Promise<void> {
  const hangUp = new AbortController();
  const response = await fetch(hallomoor.url + path, { headers: { authorization }, signal: hangUp.signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    assert.doesNotMatch(text, /"status":"failed"/);
    if (text.includes('"status":"completed"')) break;
  }
  hangUp.abort();
  hallomoor.answers.push({
    status: response.status,
    headers: response.headers,
    bytes: Buffer.concat(chunks),
  });
}

/** Looks at everything else that Handover answers with about an account: the page, its calls, documents, refusals. */
export async function lookAround(hallomoor: Hallomoor, account: Account): Promise<void> {
  const { id, owner } = account;
  const session = await hallomoor.ask('POST', '/v1/portal-sessions', {
    body: { accountId: id, user: owner },
  });
  const portal = await hallomoor.ask('GET', new URL(json<{ url: string }>(session).url).pathname);
  const [cookie = ''] = portal.headers.get('set-cookie')?.split(';') ?? [];
  for (const path of [
    '/',
    '/v1/portal',
    '/v1/portal?language=de',
    '/v1/exports',
    '/v1/brand.css',
    '/v1/logo',
  ]) {
    assert.equal((await hallomoor.ask('GET', path, { cookie })).status, 200, path);
  }
  for (const path of ['/openapi.json', '/docs/errors', '/healthz', '/readyz']) {
    assert.equal((await hallomoor.ask('GET', path)).status, 200, path);
  }
  for (const [method, path, status] of [
    ['POST', `/v1/exports?accountId=${id}`, 409],
    ['GET', `/v1/exports/no-such-export?accountId=${id}`, 404],
    ['GET', '/download/none', 410],
    ['GET', '/dev/mail', 404],
  ] as const) {
    const answer = await hallomoor.ask(method, path, method === 'POST' ? { body: { user: owner } } : {});
    assert.equal(answer.status, status, path);
  }
}
