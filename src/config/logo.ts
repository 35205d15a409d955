import { readFile, stat } from 'node:fs/promises';

/** Larger pictures slow down every page that shows them. */
const maxLogoBytes = 256 * 1024;

/**
 * Reads a logo. The type is told by its bytes, not by its name, since browsers are told not to guess.
 * Returns what is wrong as a text when it cannot be used.
 */
export async function readLogo(path: string): Promise<{ bytes: Uint8Array; contentType: string } | string> {
  const file = await stat(path).catch(() => null);
  if (!file?.isFile())
    return `there is no file at ${path}; expected an SVG, PNG or WebP, e.g. logo: './logo.svg'`;
  if (file.size > maxLogoBytes) {
    return `expected at most 256 KiB, and ${path} has ${Math.ceil(file.size / 1024)} KiB; an SVG is smallest`;
  }
  const bytes = new Uint8Array(await readFile(path));
  const contentType = sniff(bytes);
  return contentType === null ? `expected an SVG, PNG or WebP, and ${path} is none` : { bytes, contentType };
}

function sniff(bytes: Uint8Array): string | null {
  const latin1 = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (latin1.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (latin1.startsWith('RIFF') && latin1.slice(8, 12) === 'WEBP') return 'image/webp';
  return isSvg(new TextDecoder().decode(bytes)) ? 'image/svg+xml' : null;
}

/** An `<svg>` element, with nothing before it but an XML declaration, a doctype and comments. */
function isSvg(text: string): boolean {
  const bare = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<\?[\s\S]*?\?>/g, '')
    .replace(/<!doctype[^[>]*(\[[^\]]*\])?[^>]*>/i, '');
  return /^\s*<svg[\s/>]/i.test(bare);
}
