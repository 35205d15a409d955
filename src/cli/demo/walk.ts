import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyArchive } from '../../archive/verify-archive.ts';
import { formatBytes, formatNumber } from '../../language/language.ts';
import type { PublicKey } from '../../vault/signer.ts';
import { print, progressBar, styled, table, tell } from '../terminal.ts';
import { openPortalSession } from './client.ts';
import type { ApiSecret, Product } from './product.ts';

interface Walk {
  url: string;
  key: ApiSecret;
  product: Product;
  /** The folder that the archive is written to. */
  out: string;
}

/** What the walk reads of an export. */
interface ExportSeen {
  id: string;
  status: string;
  requestedAt: string;
  progress: { rowsDone: number; rowsEstimated: number | null; bytes: number };
  failure: { message: string } | null;
  file: { name: string; bytes: number } | null;
}

/** Longest that one step of the walk may take, in milliseconds: it never hangs. */
const PATIENCE_MS = 180_000;

/** Walks one export from request to verified file, by HTTP alone, as a browser and a person would. */
export async function walk(parts: Walk): Promise<void> {
  const { product, url } = parts;
  const cookie = await signIn(parts);
  step('signed in', `${product.largest.owner.name}, ${product.largest.name}`);
  await clearTheWay(url, cookie);

  const requested = await call<ExportSeen>(url, cookie, 'POST', '/v1/exports', {});
  step('requested', requested.id);
  const confirmation = await waitForMail(url, 'confirm', requested.requestedAt);
  step('mail', `“${confirmation.subject}” to ${confirmation.to}`);
  await fetch(confirmation.link, { method: 'POST', redirect: 'manual' });
  step('confirmed', 'by the button behind the link');

  const completed = await watchProgress(url, cookie, requested.id);
  step(
    'ready',
    `${formatNumber(completed.progress.rowsDone, 'en')} rows, ${formatBytes(completed.progress.bytes, 'en')}`,
  );
  const ready = await waitForMail(url, 'download', requested.requestedAt);
  step('mail', `“${ready.subject}”`);
  const path = await download(ready.link, parts.out, completed);
  step('downloaded', relative('.', path));
  await verify(path, parts, completed);
  await prove(path, parts, cookie, completed);
}

async function signIn({ url, key, product }: Walk): Promise<string> {
  const link = await openPortalSession(url, key, product.largest, null);
  const answer = await fetch(link, { redirect: 'manual' });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (answer.status !== 303 || !cookie) throw new Error(`The sign-in link answered ${answer.status}.`);
  return cookie;
}

/** Takes back what an earlier walk left active. */
async function clearTheWay(url: string, cookie: string): Promise<void> {
  const { exports } = await call<{ exports: ExportSeen[] }>(url, cookie, 'GET', '/v1/exports');
  for (const { id, status } of exports) {
    if (status === 'completed') await call(url, cookie, 'DELETE', `/v1/exports/${id}/archive`);
    if (['pending', 'confirmed', 'processing'].includes(status)) {
      await call(url, cookie, 'POST', `/v1/exports/${id}/cancel`, {});
    }
  }
}

async function call<Answer>(
  url: string,
  cookie: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await fetch(url + path, {
    method,
    headers: { cookie, origin: url, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Answer & { detail?: string };
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${json.detail}`);
  return json;
}

/** Looks into the mailbox until the newest mail with such a link is there. */
async function waitForMail(url: string, purpose: 'confirm' | 'download', since: string) {
  const pattern = new RegExp(`${url}/${purpose}/[\\w-]+`);
  return waitFor(`the ${purpose} mail`, async () => {
    const mails = (await (await fetch(`${url}/dev/mail.json`)).json()) as {
      to: string;
      subject: string;
      text: string;
      receivedAt: string;
    }[];
    for (const mail of mails) {
      const link = pattern.exec(mail.text)?.[0];
      if (link && mail.receivedAt >= since) return { ...mail, link };
    }
    return null;
  });
}

async function watchProgress(url: string, cookie: string, id: string): Promise<ExportSeen> {
  const bar = progressBar('collecting');
  try {
    return await waitFor('the export', async () => {
      const seen = await call<ExportSeen>(url, cookie, 'GET', `/v1/exports/${id}`);
      if (seen.status === 'failed') throw new Error(seen.failure?.message);
      const { rowsDone, rowsEstimated, bytes } = seen.progress;
      const note = `${formatNumber(rowsDone, 'en')} rows, ${formatBytes(bytes, 'en')}`;
      bar.update(rowsDone, rowsEstimated ?? 0, note);
      return seen.status === 'completed' ? seen : null;
    });
  } finally {
    bar.end();
  }
}

async function download(link: string, folder: string, { file }: ExportSeen): Promise<string> {
  if (!file) throw new Error('The export has no file.');
  await mkdir(folder, { recursive: true });
  const path = join(folder, file.name);
  const answer = await fetch(link);
  const length = Number(answer.headers.get('content-length'));
  if (!answer.ok || !answer.body) throw new Error(`The download answered ${answer.status}.`);
  if (length !== file.bytes) throw new Error(`The download is ${length} bytes long, expected ${file.bytes}.`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(`${path}.partial`, { mode: 0o600 }));
  await rename(`${path}.partial`, path);
  return path;
}

/** Parses the file, counts it against the product's own database, and looks for planted secrets. */
async function verify(path: string, { product }: Walk, completed: ExportSeen): Promise<void> {
  const bytes = await readFile(path);
  const text = bytes.toString('utf8');
  const { accountId, exportedAt, data } = JSON.parse(text) as {
    accountId: string;
    exportedAt: string;
    data: Record<string, object[]>;
  };
  const problems: string[] = [];
  if (bytes.length !== completed.file?.bytes) problems.push(`it is ${bytes.length} bytes long`);
  if (accountId !== product.largest.id) problems.push('it is of another account');
  if (text.includes('CANARY_')) problems.push('it holds a secret');
  const lines = Object.entries(product.expectedRows).map(([name, expected]) => {
    const rows = data[name] ?? [];
    if (rows.length !== expected) problems.push(`${name} has ${rows.length} rows, the database ${expected}`);
    const fields = Object.keys(rows[0] ?? {});
    return [
      name,
      formatNumber(rows.length, 'en'),
      formatNumber(expected, 'en'),
      fields.slice(0, 5).join(', '),
    ];
  });
  print();
  print(table([['category', 'in the file', 'in the database', 'fields'], ...lines], [1, 2]));
  print();
  if (problems.length > 0) throw new Error(`The archive does not hold: ${problems.join('; ')}.`);
  step('verified', `every row that the database holds, no secret; as of ${exportedAt}`);
  step('sha256', createHash('sha256').update(bytes).digest('hex'));
}

/** Proves the file by its manifest and the key that the service publishes, as anybody could. */
async function prove(path: string, { url }: Walk, cookie: string, { id }: ExportSeen): Promise<void> {
  const manifest = await waitFor('the manifest', async () => {
    const answer = await fetch(`${url}/v1/exports/${id}/manifest`, { headers: { cookie } });
    if (answer.ok) return answer.text();
    if (answer.status !== 409) throw new Error(`The manifest answered ${answer.status}.`);
    return null;
  });
  const manifestPath = path.replace(/\.json$/, '.manifest.json');
  await writeFile(manifestPath, manifest, { mode: 0o600 });
  const { keys } = (await (await fetch(`${url}/.well-known/handover-keys.json`)).json()) as {
    keys: PublicKey[];
  };
  const { finding, keyId } = await verifyArchive(manifest, createReadStream(path), keys);
  if (finding) throw new Error(finding.sentence);
  step('proved', `byte for byte by its manifest, ${relative('.', manifestPath)}; signed by ${keyId}`);
}

async function waitFor<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (performance.now() < endsAt) {
    const seen = await look();
    if (seen) return seen;
    await sleep(100);
  }
  throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what} in vain.`);
}

function step(name: string, text: string): void {
  tell(`${styled('green', name.padEnd(11), process.stderr)} ${text}`);
}
