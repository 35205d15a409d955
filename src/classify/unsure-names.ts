import type { TypeGroup } from './column-type.ts';

/** The reasons that a config knows; this floor is below the config's. */
export type ExclusionReason = 'secret' | 'internal' | 'third-party' | 'derived';

/** A sort of names that may or may not be a secret: what a person is to be asked, and why it stays meanwhile. */
interface UnsureName {
  pattern: RegExp;
  /** Only of these types. Default: text, bytes, uuid and containers. */
  groups?: TypeGroup[];
  /** What must not be in the name. */
  except?: RegExp;
  /** Also for names that tell something about a thing, as `session_id` does. */
  alsoFacts?: true;
  reason: ExclusionReason;
  question: string;
}

const word = (words: string) => new RegExp(`(^|_)(${words})(_|$)`);
const last = (words: string) => new RegExp(`(^|_)(${words})$`);

/** The first that fits counts. Names are spelled as `spell` does. */
export const unsureNames: UnsureName[] = [
  {
    pattern: last(
      '(\\w+_)?(webhook|callback|hook|signed|presigned|download|recording|upload|share|shared|sharing|private|secret|magic|reset|confirm|confirmation|activation|unsubscribe|invite|invitation|join|meeting|receipt|hosted_invoice|invoice_pdf|ical|calendar|feed|stream|playback|admin|edit|payment|checkout)_?(url|uri|link|href)s?',
    ),
    reason: 'secret',
    question: 'Does the address open something without signing in? If not, include it.',
  },
  {
    pattern: word(
      'dsn|jdbc_url|database_url|db_url|redis_url|smtp_url|connection_(string|url|uri)|conn_?str',
    ),
    reason: 'secret',
    question: 'Does the address hold a password? If not, include it.',
  },
  {
    pattern: last(
      '(invite|invitation|join|access|door|gate|entry|activation|reset|recovery|verification|verify|confirm|confirmation|auth|authorization|login|sms|one_time|onetime|pairing|unlock|redeem|redemption|security|claim|link|registration|register|device|user|email|phone|pickup|lock|alarm)_?codes?',
    ),
    groups: ['text', 'bytes', 'uuid', 'container', 'number'],
    except: /^(device_code|user_code|phone_code|register_code|registration_code|link_code)_(type|name)$/,
    reason: 'secret',
    question: 'Does whoever knows the code get in, or get something? If not, include it.',
  },
  {
    pattern: last('(\\w+_)?(pin|pins|pin_?code|pass|pan|tan|puk\\d?)|\\w+pass'),
    groups: ['text', 'bytes', 'number'],
    except: /(boarding|season|day|ski|travel|band|low|high|by|com|tres|over|under|encom|sur)_?pass$/,
    reason: 'secret',
    question:
      'Is it a PIN, a password or a card number? If it is a postal code, a map pin or the like, include it.',
  },
  {
    pattern: /^(nie|nir|rg|rfc|sin|tfn)(_(number|no|num|numero))?$/,
    groups: ['text', 'bytes', 'number'],
    reason: 'secret',
    question: 'Is it the number that a state gave the person? If not, include it.',
  },
  {
    pattern: last('(gift|voucher|prepaid)_?card_?(number|code|no)|gift_?code|scratch_?card'),
    groups: ['text', 'bytes', 'uuid', 'number'],
    reason: 'secret',
    question: 'Can whoever knows the number spend what is on it? If not, include it.',
  },
  {
    pattern: last('(licen[cs]e|product|serial|activation|cd|purchase)_?keys?'),
    reason: 'secret',
    question: 'A key that the person bought is theirs: then include it. Is it one?',
  },
  {
    pattern: last('(secret|security|challenge|recovery)_?questions?\\d?'),
    reason: 'secret',
    question: 'It helps to guess the answer that opens the account. Should it leave?',
  },
  {
    pattern:
      /passw|passwd|kennwort|motdepasse|contrasen|(^|_)(pwd|pw|senha|secrets?|tokens?|credentials?|creds|salt|otp|totp|mfa|2fa|tfa|clave|jeton|nonce|xsrf|verifier|code_(verifier|challenge)|jti|passkey|challenge|privkey|private|cookies?|csrf|jwts?|bearer|oauth|hmac|pgp|gpg|pem|certificate|cert|keystore|keytab|csr|auth|session|sid|ha1|cvv|cvc|mnemonic|seed|vault|parola|p256dh|geheim\w*|schluss?el\w*|schluess?el\w*)(_|$)|(token|secret|apikey)$/,
    // Words that have a plain meaning beside the secret one, where another word says so.
    except:
      /(^|_)(private_(note|message|address|phone|email|comment|channel|room)s?|session_(id|no|number|notes?|title|topic|name|summary)|sessions?|is_private|oauth_(provider|uid|user_id|id)|auth_(provider|type|method|username|user|name|realm)|certificate_(number|name|no)|cert_(name|no|number)|cookie_(consent|policy)|vault_(id|name)|seed_(id|type|name)|public_cert\w*|(token|cookie)_(symbol|name|address)|(\w+_)?public_key)$/,
    reason: 'secret',
    question: 'Does it hold something that opens a door: a password, a token, a key? If not, include it.',
  },
  {
    pattern: last('session_?(id|no)|sessionid|sid'),
    alsoFacts: true,
    groups: ['text', 'bytes'],
    reason: 'secret',
    question:
      'Is it the value of a sign-in cookie? If it only names a call, a visit or the like, include it.',
  },
  {
    pattern: last('\\w*keys?|keyhash|key_hash'),
    except:
      /(^|_)(public|pub|publishable|foreign|primary|sort|translation|i18n|idempotency|cache|partition|dedupe|dedup|natural|business|lookup|unique|surrogate|composite|row|range|parent|group|event|feature|setting|config|option|permission|meta|property|attribute|field|param|parameter|type|issue|project|jira|locale|message|label|hot|short|arrow|answer|question|order|major|minor|musical|item|template|menu|plan|price|entity|resource|tag|category|section|step|status|host|s3|object|storage|blob|file|image|photo|attachment|bucket|document|upload|media|avatar|icon|routing|queue|job|lock|mutex|shard|metric|rate_limit|limit|throttle|mon|tur|hoc|whis|joc|don|hot|p|nat)_?keys?$/,
    reason: 'secret',
    question: 'Is it the key to something? If it only names a setting or a place, include it.',
  },
  {
    pattern:
      /(_bidx|_ciphertext|_ciphertexts|_encrypted|_enc|_crypted|_crypt|_iv|_blind_index)$|^(encrypted|crypted|enc)_/,
    groups: ['text', 'bytes', 'container'],
    alsoFacts: true,
    reason: 'secret',
    question:
      'Only your application can read what is in it. What is it, and does the person get it elsewhere?',
  },
  {
    pattern:
      /(^|_)(hash|hashed|hashes|digest|digests|fingerprint|fingerprints|hmac|md5|sha\d*)(_|$)|(hash|digest)$/,
    except:
      /(^|_)(content|file|files|image|photo|video|audio|media|blob|commit|git|tx|txn|transaction|block|body|document|doc|attachment|upload|etag|check|perceptual|p|geo|template|version|schema|row|build|asset|package|data)_?(hash|hashes|digest|digests|md5|sha\d*|fingerprint)$|geohash/,
    reason: 'secret',
    question:
      'What is it made from? A hash of a password or a token stays; the checksum of a file may leave.',
  },
  {
    pattern:
      /(^|_)(admin|administrator|internal|staff|moderator|moderation|agent|support|ops|operator|curator|reviewer|backoffice|csr)_(notes?|comments?|remarks?|memos?|scores?|ratings?|flags?|tags?|reasons?|data)(_|$)|(^|_)(risk|fraud|spam|trust|abuse|churn|lead|credit|toxicity|suspicion|reputation)_?(score|level|rating|flags?|points)(_|$)|(^|_)(shadow_?banned|(is_)?(blacklisted|watch_?listed)|is_suspicious|suspicious)$/,
    groups: ['text', 'number', 'fact', 'container', 'bytes', 'uuid'],
    alsoFacts: true,
    reason: 'internal',
    question: 'Your own judgement of the person, who may have a right to it. Should it leave?',
  },
  {
    pattern:
      /^(\w+_)?(payload|raw|raw_\w+|request|response|request_(body|headers?|params|data)|response_(body|headers?|data)|req|res|headers?|http_headers?|params|parameters|args|arguments|env|environment|serialized|serialised|serialized_\w+|object_changes|changes|changeset|old_values?|new_values?|audited_changes|diff|dump|data|metadata|meta|extra|extras|extra_data|options|settings|config|configuration|preferences|prefs|properties|props|attributes|custom_fields|meta_value|option_value|setting_value|config_value|blob|state_data|context_data|session)$/,
    groups: ['text'],
    except: /(^|_)(is|has)_/,
    reason: 'internal',
    question: 'It may hold anything, secrets too. Look into it, and include it if it holds none.',
  },
];
