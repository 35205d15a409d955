import { createHmac } from 'node:crypto';

export const HS256 = { alg: 'HS256', typ: 'JWT' };

/** A JWT as any library would sign it. Claims and header may be given as JSON text. */
export function hs256(claims: unknown, secret: string, header: unknown = HS256): string {
  const signed = `${segment(asText(header))}.${segment(asText(claims))}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function segment(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
