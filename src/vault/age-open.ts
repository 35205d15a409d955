import { derivePayloadKey, digestHead, payloadNonceBytes } from './age-format.ts';
import { openHeader } from './age-header.ts';
import { damaged, type OpenedHead, type SealedFile } from './open-chunks.ts';
import type { Store } from './store.ts';

/** Ours have 184; this leaves room for files with some more recipients, sealed elsewhere. */
const longestHeadBytes = 4096;

/**
 * Reads the head of an age v1 file, for which `identity` is one of the keys. Throws `archive_damaged` if it is not the
 * one that was recorded, or does not open with the key: nobody can tell a wrong key from a damaged header.
 */
export async function openHead(
  store: Pick<Store, 'readInto'>,
  file: SealedFile,
  identity: string,
): Promise<OpenedHead> {
  const start = Buffer.alloc(longestHeadBytes);
  const head = start.subarray(0, await store.readInto(file.name, start, 0));
  const macAt = head.indexOf('\n--- ');
  const headerBytes = head.indexOf('\n', macAt + 1) + 1;
  if (macAt < 0 || headerBytes === 0) throw damaged(file, 'it does not begin with an age v1 header');
  const bytes = headerBytes + payloadNonceBytes;
  if (head.length < bytes) throw damaged(file, 'it ends after its header');
  if (file.headSha256 !== null && digestHead(head.subarray(0, bytes)) !== file.headSha256) {
    throw damaged(file, 'it is not the one that was written');
  }
  const fileKey = openFileKey(file, head.subarray(0, headerBytes), identity);
  return { key: derivePayloadKey(fileKey, head.subarray(headerBytes, bytes)), bytes };
}

function openFileKey(file: SealedFile, header: Buffer, identity: string): Buffer {
  const reason = "its header is altered, or was sealed for another export's key";
  try {
    const fileKey = openHeader(header, identity);
    if (fileKey) return fileKey;
  } catch (cause) {
    throw damaged(file, reason, cause);
  }
  throw damaged(file, reason);
}
