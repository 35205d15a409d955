/**
 * What the file is called on the disk of the person who gets it: `acme-data-export-a_42.json`. Where an account's id
 * is no word that a person could read or a file could hold, the day of the snapshot (UTC) stands in its place.
 */
export function archiveFileName({
  productName,
  accountId,
  snapshotAt,
  extension,
}: {
  productName: string;
  accountId: string;
  /** RFC 3339 */
  snapshotAt: string;
  /** Without its dot: `json`. */
  extension: string;
}): string {
  const product = slug(productName);
  const subject = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(accountId) ? accountId : snapshotAt.slice(0, 10);
  return `${product === '' ? '' : `${product}-`}data-export-${subject}.${extension}`;
}

/**
 * Value of `Content-Disposition` (RFC 6266) that saves a response under a name: in ASCII for everybody and, where that
 * says less, once more in UTF-8 (RFC 8187).
 */
export function contentDisposition(fileName: string): string {
  const name = fileName.toWellFormed().replace(unsafe, '_');
  const ascii = withoutMarks(name).replace(/[^ -~]+/g, '_');
  const plain = `attachment; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

/** Control and format characters (which can reverse how a name reads), and what file systems or quotes do not hold. */
const unsafe = /[\p{Cc}\p{Cf}"\\/:*?<>|%]/gu;

/** Letters and digits of any script, in lower case, joined by single hyphens; may be empty. */
function slug(words: string): string {
  const joined = words
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  return [...joined]
    .slice(0, 60)
    .join('')
    .replace(/^-+|-+$/g, '');
}

/** `Müller` → `Muller`: what ASCII can say of it. */
function withoutMarks(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '');
}

/** `encodeURIComponent` leaves four characters that an `ext-value` must not hold. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
