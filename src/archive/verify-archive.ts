import { createHash } from 'node:crypto';
import { HandoverError } from '../errors.ts';
import type { PublicKey } from '../vault/signer.ts';
import { checkDocument } from './check-document.ts';
import { checkSections } from './check-sections.ts';
import { type Finding, number } from './finding.ts';
import { Manifest } from './manifest.ts';
import { isSigned, keyIdOf, keyOf } from './manifest-signature.ts';

/** What was proved of a file, and what not. */
export interface Verification {
  /** The first thing that is wrong; null: nothing. */
  finding: Finding | null;
  /**
   * `trusted`: signed by a key that the caller gave. `unknown`: signed, but by a key that nobody vouches for: the one
   * that the manifest brings along. `none`: not signed.
   */
  signature: 'trusted' | 'unknown' | 'none';
  keyId: string | null;
  manifest: Manifest;
}

/**
 * Proves a file against its manifest in one pass, without anything else. `trusted` are the keys that the caller has from
 * elsewhere; null when there are none. Throws `manifest_invalid` for a text that is no manifest.
 */
export async function verifyArchive(
  manifestText: string,
  bytes: AsyncIterable<Uint8Array>,
  trusted: PublicKey[] | null,
): Promise<Verification> {
  const raw = parse(manifestText);
  const manifest = checkShape(raw);
  const { signature } = manifest;
  const keyId = signature && (await keyIdOf(keyOf(signature.publicKey)));
  const isTrusted = signature !== null && (trusted?.some(({ x }) => x === signature.publicKey) ?? false);
  const proved = {
    signature: signature ? (isTrusted ? 'trusted' : 'unknown') : 'none',
    keyId,
    manifest,
  } as const;
  const finding =
    checkSignature(raw, manifest, trusted, proved) ??
    checkSums(manifest) ??
    (await checkFile(manifest, bytes));
  return { finding, ...proved };
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new HandoverError('manifest_invalid', 'The manifest is no JSON.', { cause });
  }
  throw new HandoverError('manifest_invalid', 'The manifest is no JSON object.');
}

function checkShape(raw: object): Manifest {
  const checked = Manifest.safeParse(raw);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const place = issue?.path.join('.') || 'the manifest';
  throw new HandoverError('manifest_invalid', `This is no manifest: ${place}: ${issue?.message}.`);
}

function checkSignature(
  raw: object,
  { signature }: Manifest,
  trusted: PublicKey[] | null,
  { signature: by, keyId }: Pick<Verification, 'signature' | 'keyId'>,
): Finding | null {
  const wrong = (what: Finding['what'], sentence: string) => ({
    what,
    category: null,
    offset: null,
    sentence,
  });
  if (!signature) {
    return trusted
      ? wrong('signature', 'The manifest is not signed, so it proves nothing to that key.')
      : null;
  }
  if (!isSigned(raw, signature)) {
    return wrong('signature', 'The manifest was changed after it was signed: its signature does not fit.');
  }
  if (trusted && by !== 'trusted') {
    return wrong('key', `The manifest is signed by another key (${keyId}) than the one that was given.`);
  }
  return null;
}

/** Whether the manifest agrees with itself; only one that was made by other software does not. */
function checkSums({ categories, gaps, complete }: Manifest): Finding | null {
  let end = 0;
  for (const { name, rows, bytes, offset, rowsInScope, rowsLeftOut, rowsFailed } of categories) {
    if (offset === null ? rows + bytes > 0 : offset < end || rows === 0 || bytes === 0) {
      const sentence = `The manifest contradicts itself: "${name}" cannot lie where it says.`;
      return { what: 'manifest', category: name, offset, sentence };
    }
    if (offset !== null) end = offset + bytes;
    if (rowsInScope === null || rowsLeftOut === null || rowsFailed === null) continue;
    const isListed = gaps.some((gap) => gap.category === name);
    if (rowsInScope - rowsLeftOut - rows === rowsFailed && isListed === (rowsFailed !== 0)) continue;
    const sentence = `The manifest contradicts itself: the counts of "${name}" do not balance as it says.`;
    return { what: 'manifest', category: name, offset: null, sentence };
  }
  if (complete === (gaps.length === 0)) return null;
  const sentence =
    'The manifest contradicts itself: it has gaps and calls the file complete, or the other way.';
  return { what: 'manifest', category: null, offset: null, sentence };
}

async function checkFile(manifest: Manifest, bytes: AsyncIterable<Uint8Array>): Promise<Finding | null> {
  const checker = manifest.entities.length > 0 ? checkSections(manifest) : checkDocument(manifest);
  const whole = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    whole.update(chunk);
    size += chunk.length;
    const finding = checker.push(chunk);
    if (finding) return finding;
  }
  const finding = checker.end();
  if (finding) return finding;
  const { file } = manifest;
  const sha256 = whole.digest('hex');
  if (size === file.bytes && sha256 === file.sha256) return null;
  const sentence =
    size === file.bytes
      ? `All rows are those that were written, but the file around them is not: its SHA-256 is ${sha256}, the manifest says ${file.sha256}.`
      : `The file has ${number(size)} bytes; the manifest says ${number(file.bytes)}.`;
  return { what: 'whole', category: null, offset: null, sentence };
}
