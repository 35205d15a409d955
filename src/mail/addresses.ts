import { isIP } from 'node:net';
import { HandoverError } from '../errors.ts';
import { oneLine } from './letter.ts';

/** A mailbox as headers show it. */
export interface Address {
  name: string;
  address: string;
}

/**
 * The sender: `MAIL_FROM`, written `no-reply@example.com` or `Example <no-reply@example.com>`, else `no-reply` at the
 * public host. Without a name of its own it gets `defaultName`. Throws `environment_invalid`.
 */
export function senderAddress(from: string | null, publicUrl: string, defaultName: string): Address {
  const text = from ?? `no-reply@${mailDomain(publicUrl)}`;
  const [, name = '', bracketed] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = (bracketed ?? text).trim();
  if (!isAddress(address)) {
    throw new HandoverError(
      'environment_invalid',
      'MAIL_FROM is not an e-mail address. Expected e.g. MAIL_FROM="Example <no-reply@example.com>"',
    );
  }
  return { name: oneLine(name.replace(/^\s*"|"\s*$/g, '')) || oneLine(defaultName), address };
}

/** The part after the @ of what we send: the public host; mail knows no bare IP addresses, so `localhost` for one. */
export function mailDomain(publicUrl: string): string {
  const host = new URL(publicUrl).hostname;
  return isIP(host.replace(/^\[|\]$/g, '')) ? 'localhost' : host;
}

/** One plain address: nothing that could be read as several, as a header, or as a part of the SMTP dialogue. */
export function isAddress(text: string): boolean {
  return text.length <= 320 && /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(text);
}
