import { open, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { keyOf } from '../archive/manifest-signature.ts';
import { type Verification, verifyArchive } from '../archive/verify-archive.ts';
import { HandoverError } from '../errors.ts';
import { formatBytes, formatNumber } from '../language/language.ts';
import type { PublicKey } from '../vault/signer.ts';
import { print, styled, table, tell } from './terminal.ts';

interface Options {
  manifest: string;
  key?: string;
  json?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('Prove a file against its manifest, offline.')
    .argument('<file>', 'as it was downloaded')
    .requiredOption('--manifest <file>', 'its manifest')
    .option('--key <key>', 'who must have signed it: a file or an address of a key set, or the key in base64')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
Ends with 0 when nothing is wrong and 1 otherwise, and says the first thing that is wrong.
Without --key it is not known who made the manifest: whoever could change the file could write another.

Example:
  handover verify account.json --manifest account.manifest.json \\
    --key https://export.example.com/.well-known/handover-keys.json
`,
    )
    .action(async (file: string, options: Options) => {
      const trusted = options.key === undefined ? null : await readKeys(options.key);
      const manifest = await readFile(options.manifest, 'utf8');
      const proved = await verifyArchive(manifest, chunksOf(file), trusted);
      if (options.json) print(JSON.stringify(viewOf(proved)));
      else printVerification(file, proved);
      if (proved.finding) process.exitCode = 1;
    });
}

/** Opens the file once its bytes are asked for: a manifest that is wrong is told before that. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    yield* file.createReadStream({ highWaterMark: CHUNK, autoClose: false });
  } finally {
    await file.close();
  }
}

/** Large enough to ask the disk rarely, in bytes. */
const CHUNK = 1024 * 1024;

/** What was proved, and in the same breath what was not. */
export function printVerification(file: string, { finding, signature, keyId, manifest }: Verification): void {
  if (finding) {
    tell(`${styled('red', 'wrong', process.stderr)}     ${finding.sentence}`);
    return;
  }
  const { categories, gaps, snapshotAt } = manifest;
  const rows = categories.map(({ name, rows, bytes }) => [
    name,
    formatNumber(rows, 'en'),
    formatBytes(bytes, 'en'),
  ]);
  print(table([['category', 'rows', 'size'], ...rows], [1, 2]));
  tell();
  tell(
    `${styled('green', 'proved', process.stderr)}    ${file} is the file of the manifest, byte for byte; as of ${snapshotAt}`,
  );
  tell(`signature ${signatureWords[signature](keyId)}`);
  if (gaps.length === 0) return;
  const names = gaps.map(({ category }) => category).join(', ');
  tell(`${styled('red', 'gaps', process.stderr)}      the export was completed with gaps: ${names}`);
}

const signatureWords: Record<Verification['signature'], (keyId: string | null) => string> = {
  trusted: (keyId) => `by the key that was given (${keyId})`,
  unknown: (keyId) =>
    `fits the key that the manifest itself brings (${keyId}). Whose key that is, is not checked: give --key`,
  none: () => 'none. Who made the manifest is not known',
};

function viewOf({ finding, signature, keyId, manifest }: Verification) {
  return {
    ok: finding === null,
    finding,
    signature,
    keyId,
    complete: manifest.complete,
    gaps: manifest.gaps,
    exportId: manifest.export.id,
    snapshotAt: manifest.snapshotAt,
    sha256: manifest.file.sha256,
  };
}

const Jwk = z.object({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() });
/** A key set, or a key alone. */
const Keys = z.union([z.object({ keys: z.array(Jwk) }), Jwk.transform((key) => ({ keys: [key] }))]);

/** Keys by an address, a file, or as they stand. Throws `invalid_request` for what is none of them. */
async function readKeys(from: string): Promise<PublicKey[]> {
  if (/^[A-Za-z0-9_-]{43}$/.test(from)) return [keyOf(from)];
  if (/^[A-Za-z0-9+/]{43}=$/.test(from)) return [keyOf(Buffer.from(from, 'base64').toString('base64url'))];
  const text = /^https?:\/\//.test(from) ? await fetchText(from) : await readFile(from, 'utf8');
  const parsed = Keys.safeParse(parseJson(text));
  const keys = parsed.success ? parsed.data.keys : [];
  const usable = keys.flatMap(({ kty, crv, x }) =>
    kty === 'OKP' && crv === 'Ed25519' && x ? [keyOf(x)] : [],
  );
  if (usable.length > 0) return usable;
  throw new HandoverError(
    'invalid_request',
    '--key: expected a key set with an Ed25519 key, e.g. what /.well-known/handover-keys.json holds, or the 32 bytes of a key in base64',
  );
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((cause: Error) => {
    const why = cause.cause instanceof Error ? cause.cause.message : cause.message;
    throw new HandoverError('invalid_request', `--key: ${url} does not answer: ${why}.`, { cause });
  });
  if (answer.ok) return answer.text();
  throw new HandoverError('invalid_request', `--key: ${url} answered ${answer.status}.`);
}

/** For a key set, in milliseconds. */
const PATIENCE_MS = 20_000;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
