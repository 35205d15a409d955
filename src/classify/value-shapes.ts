import type { DenyClass } from './deny-class.ts';

/** What a value looks like, if it looks like something that must stay. */
export type ValueShape =
  | 'password-hash'
  | 'jwt'
  | 'pem'
  | 'api-key'
  | 'signed-address'
  | 'card-number'
  | 'hash'
  | 'totp-secret'
  | 'random-token';

/** The shape of one value as text, or null. Length, alphabet and check digits decide; nothing is looked up. */
export function shapeOf(value: string): ValueShape | null {
  const text = value.trim();
  if (text.length < 8 || text.length > 20_000) return null;
  for (const [shape, pattern] of certain) if (pattern.test(text)) return shape;
  if (isCardNumber(text)) return 'card-number';
  if (/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(text))
    return 'hash';
  if (/^([A-Z2-7]{16}|[A-Z2-7]{26}|[A-Z2-7]{32}|[A-Z2-7]{52})(={0,6})$/.test(text) && /\d/.test(text)) {
    return 'totp-secret';
  }
  return isRandom(text) ? 'random-token' : null;
}

/**
 * The shape that a column's values show: a certain one if any value has it, an uncertain one if most of at least three
 * do. Null when the column looks harmless, or is empty.
 */
export function shapeOfColumn(values: string[]): ValueShape | null {
  const shapes = values.map(shapeOf);
  for (const [shape] of certain) if (shapes.includes(shape)) return shape;
  const filled = values.filter((value) => value.trim() !== '').length;
  if (filled < LEAST_VALUES) return null;
  for (const shape of ['card-number', 'totp-secret', 'hash', 'random-token'] as const) {
    if (shapes.filter((found) => found === shape).length > filled / 2) return shape;
  }
  return null;
}

/** The deny class of a shape; a hash or a random text may be harmless, so they have none. */
export function denyClassOfShape(shape: ValueShape): DenyClass | null {
  return deniedShapes[shape] ?? null;
}

const LEAST_VALUES = 3;

const deniedShapes: Partial<Record<ValueShape, DenyClass>> = {
  'password-hash': 'password',
  jwt: 'session',
  pem: 'private-key',
  'api-key': 'api-key',
  'card-number': 'card-number',
  'totp-secret': 'mfa',
};

const certain: [ValueShape, RegExp][] = [
  // crypt(3), as `man 5 crypt` lists it; Django's and Werkzeug's own; LDAP's.
  ['password-hash', /^\$(2[abxy]?|1|5|6|7|y|gy|sha1|apr1|argon2(id?|d)|scrypt|pbkdf2[\w-]*|P|H|S)\$\S+/],
  ['password-hash', /^(pbkdf2_sha\d+|bcrypt_sha256|bcrypt|argon2|scrypt|md5|sha1)\$\S+\$\S+/],
  ['password-hash', /^(pbkdf2:sha\d+:\d+|scrypt:\d+:\d+:\d+)\$\S+/],
  ['password-hash', /^\{(S?SHA\d*|S?MD5|CRYPT|bcrypt|pbkdf2|scrypt|argon2|noop)\}\S+/i],
  ['password-hash', /^SCRAM-SHA-\d+\$\d+:/],
  ['jwt', /^(Bearer\s+)?eyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]*$/],
  ['pem', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/],
  // Prefixes that the vendors document, so that keys are found where they leaked.
  ['api-key', /^(sk|rk|pk)_(live|test)_\w{10,}|^whsec_[\w+/=]{16,}/],
  ['api-key', /^gh[pousr]_\w{30,}|^github_pat_\w{40,}|^glpat-[\w-]{16,}/],
  ['api-key', /^(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}$/],
  ['api-key', /^xox[abeoprs]-[\w-]{10,}|^xapp-\d-[\w-]{10,}|^https:\/\/hooks\.slack\.com\/services\/\S+/],
  ['api-key', /^AIza[\w-]{35}$|^ya29\.[\w-]{20,}|^GOCSPX-[\w-]{20,}/],
  ['api-key', /^SG\.[\w-]{16,}\.[\w-]{16,}$|^key-[0-9a-f]{32}$|^shp(at|ca|pa|ss)_[0-9a-f]{32}$/],
  [
    'api-key',
    /^sk-(ant-|proj-|svcacct-)?[\w-]{20,}$|^npm_\w{36}$|^pypi-[\w-]{50,}$|^dop_v1_[0-9a-f]{64}$|^hf_\w{30,}$/,
  ],
  ['api-key', /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]{3,}@[^\s/]+/i],
  ['api-key', /^AGE-SECRET-KEY-1[0-9A-Z]{50,}$/],
  [
    'signed-address',
    /^https?:\/\/\S+[?&](x-amz-signature|x-goog-signature|signature|sig|token|access_token|auth|key|api_key|expires)=[^&\s]{8,}/i,
  ],
];

/** ISO/IEC 7812: 13 to 19 digits that begin as an issuer's do, with the right check digit. */
function isCardNumber(text: string): boolean {
  if (!/^\d(?:[ -]?\d){12,18}$/.test(text)) return false;
  const digits = text.replace(/\D/g, '');
  const isIssued =
    /^(4\d{12}(\d{3}){0,2}|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(0[0-5]|[689]\d)\d{11}|6(011|4[4-9]\d|5\d\d)\d{12}|35(2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;
  return isIssued.test(digits) && checkDigitFits(digits);
}

/** Luhn. */
function checkDigitFits(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A run of 24 letters and digits or more, mixed as no word is. A UUID is no token: it names a thing. */
function isRandom(text: string): boolean {
  if (!/^[\w+/=.~-]{24,512}$/.test(text)) return false;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) || /^\d+$/.test(text)) return false;
  const parts = text.split(/[-_.]/);
  const longest = parts.reduce((most, part) => Math.max(most, part.length), 0);
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  return longest >= 20 && kinds >= 2 && /\d/.test(text) && bitsPerCharacter(text) > 3.5;
}

/** Shannon entropy. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
