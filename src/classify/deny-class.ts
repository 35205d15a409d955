/** What never leaves by accident: a config that includes such a column must say in writing why. */
export type DenyClass = (typeof denyClasses)[number];
export const denyClasses = [
  'password',
  'mfa',
  'session',
  'api-key',
  'private-key',
  'card-number',
  'government-id',
] as const;

/** The deny class of a column by its name, in whatever way the words are joined; null when it has none. */
export function denyClassOf(name: string): DenyClass | null {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('_');
  const found = Object.entries(patterns).find(([, pattern]) => pattern.test(words));
  return denyClasses.find((denyClass) => denyClass === found?.[0]) ?? null;
}

const patterns: Record<DenyClass, RegExp> = {
  password:
    /(^|_)(password|passwd|passwort|passphrase|pwd|pw_hash)(_(hash|digest|salt|crypt))?$|(^|_)(encrypted|hashed)_(password|passwd|pwd)/,
  mfa: /(^|_)(otp|totp|hotp|mfa|2fa|tfa|two_factor)_(secret|seed|key|recovery_codes?|backup_codes?|codes?)($|_)|(^|_)(recovery|backup)_codes?$/,
  session: /(^|_)session_(token|key|data|cookie|secret)$/,
  'api-key':
    /(^|_)(api|access|secret)_(key|token|secret)(_(hash|digest))?$|(^|_)(refresh|auth|bearer|client)_(token|secret)$/,
  'private-key': /(^|_)private_key($|_(pem|der))/,
  'card-number': /(^|_)(card_number|credit_card|cc_number|pan|cvv|cvc|cvv2)$/,
  'government-id':
    /(^|_)(ssn|social_security(_(number|no))?|passport(_(number|no))?|national_id|tax_file_number)$/,
};
