/**
 * A name as lower-case words joined by `_`, without accents, so that one pattern fits all habits of writing:
 * `passwordHash`, `PasswordHash`, `password-hash` and `PASSWORD_HASH` → `password_hash`; `contraseña` → `contrasena`.
 * Words that were run together stay so: `passwordhash`.
 */
export function spell(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replace(/[^\p{L}\d]+/gu, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
}

/** The words of a name: `userId` → `['user', 'id']`. */
export function wordsOf(name: string): string[] {
  return spell(name).split('_');
}
