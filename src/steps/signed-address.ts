import { timingSafeEqual } from 'node:crypto';
import { HandoverError } from '../errors.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { type Download, fileNameOf, openDownload } from './download-export.ts';
import { type Parts, requireChat } from './parts.ts';

/** What a signed address carries. */
export interface SignedAddress {
  /** `exports/channels/<id>/<file>` */
  path: string;
  /** Unix seconds. */
  expires: string;
  signature: string;
}

/**
 * An address of the file for whoever has it, made anew at each call and kept nowhere: it proves by its signature that
 * we made it, and until when it works. `path` stays the same.
 */
export async function signAddress(
  { config, vault, now, publicUrl }: Pick<Parts, 'config' | 'vault' | 'now' | 'publicUrl'>,
  data: DataExport,
): Promise<{ url: string; path: string }> {
  const { addressLifeMs } = requireChat(config).policy;
  const path = `exports/${data.kind}/${data.id}/${fileNameOf(config.product.name, data)}`;
  const expires = String(Math.floor((now().getTime() + addressLifeMs) / 1000));
  const query = new URLSearchParams({ expires, signature: sign(vault, path, expires) });
  return { url: `${publicUrl}/${path}?${query}`, path };
}

/** Opens the file of a signed address. Throws `address_invalid` for one that is altered, expired, or of a file that is gone. */
export async function openSignedDownload(
  parts: Pick<Parts, 'config' | 'db' | 'vault' | 'opener' | 'layouts' | 'now'>,
  { path, expires, signature }: SignedAddress,
): Promise<Download> {
  const expected = Buffer.from(sign(parts.vault, path, expires));
  const given = Buffer.from(signature);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  const id = path.split('/')[2];
  if (!isOurs || !id || Number(expires) * 1000 <= parts.now().getTime()) {
    throw new HandoverError('address_invalid');
  }
  try {
    return await openDownload(parts, { id });
  } catch (error) {
    const isGone = error instanceof HandoverError && /^export_not_(found|ready)$/.test(error.code);
    throw isGone ? new HandoverError('address_invalid', undefined, { cause: error }) : error;
  }
}

function sign(vault: Parts['vault'], path: string, expires: string): string {
  return Buffer.from(vault.sign(`${path}\n${expires}`)).toString('base64url');
}
