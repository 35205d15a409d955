import { spell } from './name-words.ts';

/** What may leave only with a written reason. */
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

/**
 * The deny class of a column by its name alone, in the habits of several languages and frameworks; null for all others.
 * It errs to null: what it does not know may still be excluded by `classifyColumn`, but a config that includes it loads.
 * `password_changed_at`, `api_key_id` and `card_last4` are facts about a secret and no secrets.
 */
export function denyClassOf(columnName: string): DenyClass | null {
  const name = spell(columnName);
  // `num_logins` counts, and `num_carte` is the number itself.
  const isNumber = name.startsWith('num_');
  if (factBefore.test(name) && !isNumber) return null;
  const isFact = factBehind.test(name) && !/^(session_state|(php|j|asp)?_?sess_?id)$/.test(name);
  const found = asked.find((candidate) => {
    // `national_id` is the secret itself; `api_key_id` is not.
    if (isFact && candidate !== 'government-id') return false;
    if (isNumber && candidate !== 'government-id' && candidate !== 'card-number') return false;
    return !exceptions[candidate]?.test(name) && patterns[candidate].some((pattern) => pattern.test(name));
  });
  return found ?? null;
}

/** True for names that ask or tell something about a thing, without holding it: `has_password`, `token_expires_at`. */
export function isFactAbout(name: string): boolean {
  return factBefore.test(name) || factBehind.test(name);
}

/** The narrower class first: `otp_secret` is more than a secret, and `password_reset_token` no password. */
const asked: DenyClass[] = [
  'mfa',
  'government-id',
  'private-key',
  'api-key',
  'password',
  'session',
  'card-number',
];

const exceptions: Partial<Record<DenyClass, RegExp>> = {
  password: /token/,
  // Tokens that name a place in a list, a device or a purchase are no way in.
  session:
    /(^|_)(page|cursor|sync|next|prev|previous|continuation|resume|push|device|fcm|apns?|gcm|expo|payment|card|stripe|idempoten[ct]y|design|style|max|min|input|output|prompt|completion|num|cached|total|stop)_?token/,
  'card-number':
    /(^|_)(gift|loyalty|library|business|member|membership|store|sim|report|score|time|rewards?|fuel|health|insurance|bonus|club|customer|calling|access|key|punch|graphics)_?card/,
};

const factBefore =
  /^(is|has|have|had|was|uses?|used|needs?|requires?|required|must|force|forces|allows?|allowed|can|should|enabled?|disabled?|with|without|no|num|number_of|count|total|max|min|show|hide|supports?|skip|failed)_/;
const factBehind = new RegExp(
  `_(${[
    'at|on|date|time|timestamp|until|since|after|before|expires|expiry|expiration|expire|expired|ttl|lifetime|age|days|hours|minutes|seconds|interval|period',
    'ids?|uuid|guid|pk|fk|ref|name|names|label|title|description|comment|notes?|slug|prefix|mask|masked|redacted|last_?(4|four|digits)|last|first6|bin|brand|network',
    'count|counter|counts|total|num|attempts?|tries|retries|failures|fails|limit|quota|usage|uses|used|length|len|size|bits|strength|score|version|revision|index|position|order',
    'type|types|kind|method|methods|mode|format|algorithm|algo|policy|policies|rule|rules|provider|issuer|issued|scope|scopes|audience|status|state|level|country|reason',
    'enabled|disabled|required|needed|allowed|forced|protected|set|changed|change|updated|created|verified|confirmed|valid|invalid|sent|revoked|active|present|exists|expires_in|expiring|login|url_template|address|domain|email|phone|mobile|owner|user|by|login_allowed|requested|reset_allowed|rotated|rotation',
  ].join('|')})$`,
);

/** What may stand behind the name of a secret, which stays one. */
const tail =
  '(_?(hash|hashed|hashes|digest|salt|sha\\d*|md5|bcrypt|argon2?|enc|encrypted|encoded|crypt|cipher|ciphertext|bidx|iv|plain|plaintext|clear|cleartext|value|data|text|string|raw|old|new|current|previous|temp|tmp|b64|base64|hex|pem|json|\\d))*$';
const anywhere = (words: string[]) => new RegExp(`(${words.join('|')})`);
const toTheEnd = (words: string[]) => new RegExp(`(^|_)(${words.join('|')})${tail}`);

const patterns: Record<DenyClass, RegExp[]> = {
  mfa: [
    toTheEnd([
      '(h|t)?otp(_?(secret|seed|key|code|token)(_key)?s?)?',
      '(\\w+_)?(mfa|2fa|tfa|two_?factor(_auth(entication)?)?|second_factor|google_?(2fa|auth(enticator)?)|authenticator|u2f)_?(secret|seed|key|shared_key|code|codes|token|backup_?codes?|recovery_?codes?|recovery|data)s?(_key)?',
      '(\\w+_)?((otp|mfa|2fa)_?)?(recovery|backup|scratch|emergency)_?codes?',
      '(google|encrypted)_?(2fa|otp)(_?secret)?',
      '(encrypted_)?(otp|totp)_?secret(_key)?',
    ]),
  ],
  password: [
    // Whole words of many languages, in whatever compound.
    anywhere([
      '(?<!forgot_)passwor[dt](?!less)',
      'passwd',
      'pa?sswrd',
      'pass_?phrase',
      'passcode',
      'kennwort',
      'zugangscode',
      'mot_?de_?passe',
      'contrasen(a|ia|ya)',
      'palavra_?passe',
      'wachtwoord',
      'paswoord',
      'losenord',
      'adgangskode',
      'kodeord',
      'passord',
      'salasana',
      'jelszo',
      'пароль',
    ]),
    toTheEnd([
      '\\w*pwd',
      'pw',
      '(user|login|account|member|admin|sip|vm|db|ftp|web|acct)_?pw',
      'pswd',
      'mdp',
      'senha',
      '(\\w+_)?senha',
      'haslo',
      'heslo',
      'sifre',
      'clave_(de_)?(acceso|usuario|secreta)',
      'codice_(segreto|accesso)',
      '(user|usr|login|auth|db|database|smtp|imap|pop3?|mail|sip|ftp|sftp|ldap|proxy|admin|root|http|web|mysql|pg|redis|account|acct|client|member|email|portal|server|iax|trunk|peer)_?pass',
      'pass_?(hash|word|wd|crypt|salt|md5|sha\\d*)',
      'pw_?(hash|salt|digest)',
      'ha1b?',
      'md5_?(secret|pass)',
      '(vm|voicemail|sip|iax|peer|trunk|ext|extension|device|h323)_?secret',
      '(user|login|voicemail|vm|card|atm|access|admin|account|security|conference|conf|moderator|phone|agent|customer|sim|parental|transaction|debit|wallet)_?pin(_?code)?',
      'pin_?(hash|digest|encrypted)',
      '(security|secret|challenge|recovery|reminder)_?answers?\\d?',
      'reponse_secrete',
      'respuesta_secreta',
    ]),
  ],
  'private-key': [
    toTheEnd([
      '(\\w+_)?private_?key(_(pem|password))?',
      '(\\w+_)?priv_?key',
      'clave_privada',
      'chave_privada',
      'chiave_privata',
      'cle_privee',
      'klucz_prywatny',
      'privater?_?schlu?e?ssel',
      '(ssl|tls|rsa|ecdsa|ed25519|pgp|gpg|jwt|wireguard|wg)_?(secret|signing|private)_?key',
      '(ssl|tls|rsa|server|client)_?key_pem',
      '(seed|recovery|mnemonic|wallet)_?phrase',
      '(wallet|recovery)_seed',
      '(wallet_)?mnemonic',
      'key_?store',
      'pkcs12|pfx',
      '(pre_?shared_?key|psk|wpa_?key|wifi_?key)',
    ]),
  ],
  'api-key': [
    toTheEnd([
      '(\\w+_)?api_?(key|token|secret|pass|credentials?)s?',
      '\\w*apikey',
      '(\\w+_)?access_?keys?',
      '(\\w+_)?(client|app|application|consumer|webhook|hook|signing|signature|shared|api|oauth2?|aws|s3|hmac|merchant|account|bot|partner|integration|server|jwt|cookie|user|service|access|auth|callback|encryption|channel|stream|join|room|meeting|turn|stun|radius|snmp)_?secrets?',
      'secrets?',
      '(\\w+_)?secret_?(access_?)?(key|token)(_base)?s?',
      '(\\w+_)?(auth|authentication|authorization|encryption|decryption|signing|hmac|master|service|service_account|license_signing|bot|publisher)_?key',
      '(personal|app|bot|service|deploy|integration|developer|merchant|sandbox|live)_?(access_?)?token',
      '(\\w+_)?credentials?',
      'service_account_(json|key)',
      'cle_(api|secrete)',
      'clave_api',
      'chave_(api|secreta|de_api)',
      'chiave_(api|segreta)',
      'geheimer?_?schlu?e?ssel',
      'geheimnis',
      'api_?schlu?e?ssel',
      '(api_?)?sleutel',
      'segredo',
      'secreto',
      'segreto',
      'geheim',
      'klucz_(api|dostepu)',
      'sekret',
    ]),
  ],
  session: [
    toTheEnd([
      '(\\w+_)?token',
      '\\w*(access|refresh|session|auth|reset|login|confirm(ation)?|activation|verification|password|remember|csrf|xsrf|bearer|id|invite|invitation|unlock|api)token',
      '(\\w+_)?(access|refresh|session|auth)_?tokens',
      '(\\w+_)?token_?(secret|hash)',
      '(\\w+_)?jeton(_(acces|session))?',
      '(django_)?session_?(key|cookie|secret|hash|data)',
      '(\\w+_)?(auth|login|session|remember(_me)?)_?cookie',
      'cookie_?(value|secret)',
      '(\\w+_)?jwts?',
      'magic_?(link|code)',
      'user_?activation_?key',
      '(reset|activation|recovery)_?(key|hash)',
      'confirmation_?hash',
      'nonce_?secret',
      'session_state',
      'security_?stamp',
      '(php|j|asp)?_?sess_?id',
    ]),
  ],
  'card-number': [
    toTheEnd([
      '(\\w+_)?card_?(number|num|no|nr)',
      '(cc|credit_?card|debit_?card)(_?(number|num|no|nr|pan))?',
      '(card_?)?cv[vc]2?',
      'card_?(pan|security_?code|verification(_(code|value))?|track_?data)',
      'primary_account_number',
      'track_?[12](_data)?',
      'magnetic_?stripe(_data)?',
      '(kredit)?karten_?(nummer|nr)',
      'kreditkarte',
      'num(ero)?_(de_)?(la_)?(carte|tarjeta|cartao|carta_credito|carta_di_credito|carte_bancaire|carte_bleue)(_(bancaire|credito))?',
      'creditcard_?(nummer|nr)',
      'num(ero)?_(di_)?carta|n(ume)?r_karty|kaart_?nummer',
    ]),
  ],
  'government-id': [
    toTheEnd([
      '(\\w+_)?ssn(_?(number|no))?',
      '(\\w+_)?social_?security(_?(number|num|no|nr|id))?',
      'sin_?(number|no)',
      '(\\w+_)?national_?(id|identity|identification|insurance)(_?(number|num|no|nr|card))?',
      'nino|ni_number',
      '(\\w+_)?passport(_?(number|num|no|nr))?',
      'pass(eport)?_?nummer',
      '(\\w+_)?(id|identity|identification)_?(card|document)_?(number|num|no|nr)',
      'identity_?(number|no)',
      '(\\w+_)?(drivers?|driving)_?(licen[cs]e)(_?(number|num|no|nr))?',
      'aadha?ar(_?(number|no))?',
      'pan_?(number|no|card)',
      'cpf(_cnpj)?',
      'curp',
      '(num(ero)?_(de_)?)?(dni|nif)',
      'cod(ice)?_?fiscale',
      '(personal)?ausweis_?(nummer|nr)',
      'personalausweis|reisepass(_?(nummer|nr))?',
      'steuer_?(id|identifikationsnummer|idnr)',
      'sozialversicherungs_?(nummer|nr)',
      'svnr|sv_nummer',
      'bsn|burgerservicenummer',
      '(num(ero)?_(de_)?)?secu(rite)?_?sociale|num(ero)?_secu',
      'numero_(nir|insee)',
      'pesel',
      'person_?nummer',
      'fodselsnummer',
      'cpr_?(number|nr|nummer)',
      'rodne_cislo',
      '(tckn|tc_?kimlik(_no)?)',
      '(nhs|medicare)_?(number|no)',
      '(\\w+_)?(national|public)_?health(_?(card|insurance))?_?(number|no|nr)',
      'tax_?(file|payer)_?(number|no|id)',
    ]),
  ],
};
