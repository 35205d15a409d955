import { groupOfType, type TypeGroup } from './column-type.ts';
import { type DenyClass, denyClassOf, isFactAbout } from './deny-class.ts';
import { spell } from './name-words.ts';
import { type ExclusionReason, unsureNames } from './unsure-names.ts';
import { denyClassOfShape, shapeOfColumn, type ValueShape } from './value-shapes.ts';

export interface ColumnFacts {
  table: string;
  column: string;
  /** The type's catalog name, a domain looked through: `int4`, `text`, `_text`. */
  type: string;
  /** As in `Column.kind` of the catalog: an enum holds no secret. */
  kind?: string;
  /** Computed by the database from other columns. */
  isGenerated?: boolean;
  /** The other columns of the table: beside `key`, a `value` may be anything. */
  siblings?: readonly string[];
  /** Values of some rows, as text. Never kept. */
  sample?: readonly string[];
}

export type ColumnClass = 'provided' | 'observed' | 'derived' | 'third-party' | 'secret' | 'internal';

export interface Classification {
  /** `ask` is a cautious exclusion: it stays until a person has answered the question. */
  verdict: 'include' | 'exclude' | 'ask';
  /** Why it stays; null when it is included. */
  reason: ExclusionReason | null;
  class: ColumnClass;
  isDenied: DenyClass | null;
  question?: string;
}

/** What to do with a column, by its name, its type and, if there is a sample, its values. Unsure is `ask`. */
export function classifyColumn(facts: ColumnFacts): Classification {
  const name = spell(facts.column);
  const group = groupOfType(facts.type, facts.kind);
  const deny = deniedBy(facts, name, group);
  if (deny !== null) return { verdict: 'exclude', reason: 'secret', class: 'secret', isDenied: deny };
  if (group === 'derived') return excluded('derived');
  if (group === 'system' || bookkeeping.test(name)) return excluded('internal');
  const shape = mayBeSampled(group) ? shapeOfColumn([...(facts.sample ?? [])]) : null;
  // What names a row is often random, and opens nothing.
  const isName = isFactAbout(name) || /^(id|uuid|guid|slug|number|reference)$/.test(name);
  if (shape !== null && !(isName && (shape === 'random-token' || shape === 'hash'))) return ofShape(shape);
  if (group === 'text' && facts.sample?.some((value) => writtenSecret.test(value))) {
    return asked('secret', 'Some of its values have a password or a key written in them. Do they?');
  }
  return (
    unsureByName(facts, name, group) ??
    unsureByType(facts, name, group) ?? {
      verdict: 'include',
      reason: null,
      class: facts.isGenerated ? 'derived' : classOf(name, group),
      isDenied: null,
    }
  );
}

/** By the column's name; or by the table's, where the column has a name that says nothing. */
function deniedBy(facts: ColumnFacts, name: string, group: TypeGroup): DenyClass | null {
  const { table, column } = facts;
  if (group === 'fact' || group === 'derived' || group === 'system') return null;
  if (group === 'text' && isSessionCookie(facts, name)) return 'session';
  const deny = denyClassOf(column) ?? deniedByTable(spell(table), name);
  if (deny === null || group !== 'number') return deny;
  // A number can be a PIN, but `max_token` and `session_data` are counts and ids.
  return deny === 'session' || deny === 'api-key' || deny === 'private-key' ? null : deny;
}

function deniedByTable(table: string, column: string): DenyClass | null {
  if (/^(document_?|card_?|id_?)?(number|no|nr)$/.test(column) && identity.test(table))
    return 'government-id';
  if (/^licen[cs]e_?(number|no|nr)$/.test(column) && /(^|_)drivers?$/.test(table)) return 'government-id';
  if (column === 'endpoint' && /push/.test(table)) return 'session';
  if (column === 'series' && /remember|persistent_login/.test(table)) return 'session';
  if (!/^(key|keys|code|value|hash|digest|hashed|secret_value|data)$/.test(column)) return null;
  if (/(^|_)(api|access|secret)_?keys?$/.test(table)) return 'api-key';
  if (
    /(^|_)((recovery|backup|scratch|otp|mfa|2fa|two_factor|totp)(_\w+)?|one_time_(codes?|passwords?))$/.test(
      table,
    )
  ) {
    return 'mfa';
  }
  if (/(^|_)(oauth\w*|authorization|auth|provider)_(grants?|codes?|requests?)$/.test(table)) return 'session';
  if (
    /(^|_)(login|verification|magic|reset|password_resets?|email_verification)_?(codes?|tokens?|links?)$/.test(
      table,
    )
  ) {
    return 'session';
  }
  return /(^|_)(secrets?|credentials?|vault(_\w+)?)$/.test(table) ? 'api-key' : null;
}

/** Frameworks without a token of their own take the session's id for one (Laravel, Lucia): a text, beside its last day. */
function isSessionCookie({ table, siblings = [] }: ColumnFacts, column: string): boolean {
  return (
    /^(id|sid|session_id)$/.test(column) &&
    /^((user|auth|login|web|http|php|ci)_)?sessions?$/.test(spell(table)) &&
    siblings.some((sibling) =>
      /^(payload|sess|user_agent|last_activity|expires?|expires_at|expire_at|expiry)$/.test(spell(sibling)),
    )
  );
}

const identity =
  /(^|_)(passports?|(identity|identification|id|kyc|ident)_?(documents?|cards?|papers?|proofs?|verifications?|checks?)|driving_licen[cs]es?|visas?|ausweise?)$/;

/** What the product or its tools keep for themselves about a row. */
const bookkeeping =
  /^(lock_version|row_version|rowversion|optlock|opt_lock|record_version|v|rev|xmin|sync_version|etl_\w+|airbyte_\w+|fivetran_\w+|sdc_\w+|dbt_\w+|search_vector|searchable|search_index|tsv|ts_vector|fulltext|full_text|textsearch\w*|embedding|embeddings)$/;

/** A secret inside of a text: JSON, YAML, PHP's own, a query string, a note. */
const writtenSecret =
  /\b\w*(password|passwd|passwort|secret|api_?key|access_?token|private_?key|client_?secret)["']?\s*(:|=>?|;s:)/i;

function mayBeSampled(group: TypeGroup): boolean {
  return group === 'text' || group === 'bytes' || group === 'number';
}

function ofShape(shape: ValueShape): Classification {
  const isDenied = denyClassOfShape(shape);
  if (isDenied !== null) return { verdict: 'exclude', reason: 'secret', class: 'secret', isDenied };
  return {
    verdict: 'ask',
    reason: 'secret',
    class: 'secret',
    isDenied: null,
    question: shapeQuestions[shape] ?? 'Its values look like secrets. Are they?',
  };
}

const shapeQuestions: Partial<Record<ValueShape, string>> = {
  'signed-address':
    'Its values are addresses that carry their own key. Do they open something without signing in?',
  hash: 'Its values look like hashes. Of what? One of a password or a token stays.',
  'random-token': 'Its values look random. Do they open a door, or only name a thing?',
};

function unsureByName(facts: ColumnFacts, name: string, group: TypeGroup): Classification | null {
  const isFact = isFactAbout(name);
  const found = unsureNames.find(
    ({ pattern, groups = ['text', 'bytes', 'uuid', 'container'], except, alsoFacts }) =>
      (alsoFacts || !isFact) && groups.includes(group) && pattern.test(name) && !except?.test(name),
  );
  if (found === undefined || (name === 'key' && hasValueBeside(facts))) return null;
  return asked(found.reason, found.question);
}

function unsureByType(facts: ColumnFacts, name: string, group: TypeGroup): Classification | null {
  if (group === 'container' && foreign.test(name)) {
    return asked(
      'internal',
      'It comes as it is from elsewhere, and may hold secrets in any place. Include it if it holds none.',
    );
  }
  if (group === 'container' && facts.sample === undefined) {
    return asked(
      'internal',
      'It was not looked into: it may hold secrets. Draft with --sample, or look, and include it.',
    );
  }
  if (group === 'bytes' && !file.test(name)) {
    return asked('internal', 'What are these bytes? A file of the person may leave; a key or a hash stays.');
  }
  if (group === 'text' && /(^|_)value$/.test(name) && hasKeyBeside(facts)) {
    return asked(
      'internal',
      'It may hold anything that a setting can be, secrets too. Include it if it holds none.',
    );
  }
  return null;
}

/** JSON of whose keys a sample tells little. */
const foreign = /^(\w+_)?(raw|raw_\w+|headers?|auth_\w+|credentials?|vault)$/;

const file =
  /(^|_)(file|files|content|contents|body|image|images|photo|photos|picture|pictures|avatar|icon|logo|thumbnail|thumb|pdf|document|documents|attachment|attachments|audio|video|recording|scan|greeting|voice|sound|drawing|signature_image|geom|geometry|wkb)(_|$)/;

function hasValueBeside({ siblings = [] }: ColumnFacts): boolean {
  return siblings.some((sibling) => /(^|_)value$/.test(spell(sibling)));
}

function hasKeyBeside({ siblings = [] }: ColumnFacts): boolean {
  return siblings.some((sibling) =>
    /(^|_)(key|name|setting|option|property|attribute|var|field)$/.test(spell(sibling)),
  );
}

function excluded(reason: 'derived' | 'internal'): Classification {
  return { verdict: 'exclude', reason, class: reason, isDenied: null };
}

function asked(reason: ExclusionReason, question: string): Classification {
  return { verdict: 'ask', reason, class: reason, isDenied: null, question };
}

/** What the person gave, what was seen of them, or what was made from both. */
function classOf(name: string, group: TypeGroup): ColumnClass {
  if (
    /(^|_)(count|counts|total|sum|avg|average|score|rank|percent|percentage|ratio|slug|age|cache|cached)$/.test(
      name,
    )
  ) {
    return 'derived';
  }
  if (
    /(^|_)(birth|dob|geburt\w*|naissance|nacimiento|due|deadline|valid|arrival|departure|wedding)(_|$)/.test(
      name,
    )
  ) {
    return 'provided';
  }
  const isInstant =
    group === 'fact' && /(_at|_on|_date|_time|timestamp|^date|^time|created|updated|modified)$/.test(name);
  return isInstant || observed.test(name) ? 'observed' : 'provided';
}

const observed =
  /(^|_)(ip|ip_address|ipaddr|ip_addr|remote_(addr|ip)|user_agent|useragent|last_(seen|login|sign_in|active|activity|used|visit|ip)|sign_in|login_count|duration|seconds|latency|views|clicks|referrer|referer|utm_\w+|browser|os|device_(type|model|os)|latitude|longitude|lat|lng|lon|geoip|started|ended|created|updated|modified)(_|$)/;
