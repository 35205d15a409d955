import type {
  CallFields,
  ChannelFields,
  MemberFields,
  MessageFields,
  ReactionFields,
  ReadFields,
  UserFields,
} from './chat-fields.ts';

/**
 * The words of `handover.config.ts`: what may leave, of which table, and why the rest stays.
 * A config is plain data, so that it can be checked, hashed and handed to worker threads.
 *
 * - *source*: a database that is read.
 * - *export*: a kind of archive, for one sort of subject (an account, a user).
 * - *category*: one table's part of it, under the name it has in the archive.
 * - *include* is an allow-list: a column that is not named never leaves. *exclude* says why one stays.
 */
export interface Config<SourceName extends string = string> {
  /** How the page and the mails look: whose they are. */
  product: Product;
  /** Your own label of this config, `2026-11-26` or a commit: stands in manifests and in the register. */
  version?: string;
  /** Databases that are read, by name: `{ main: { type: 'postgres', url: process.env.SOURCE_DATABASE_URL } }`. */
  sources: Record<SourceName, SourceConfig>;
  /** Kinds of export, by name. `account` is asked for with `handover export account --subject ID`. May be left out when there is `chat`. */
  exports?: Record<string, ExportConfig<NoInfer<SourceName>>>;
  /** The server door: which of the product's tables are the chat API's users, channels and messages. */
  chat?: ChatConfig<NoInfer<SourceName>>;
}

export interface Product {
  /** As the customer knows it: `Hallomoor`. */
  name: string;
  /** Path of an SVG, PNG or WebP file of at most 256 KiB, relative to the config. Handover reads it at start and serves it itself. */
  logo?: string;
  /** CSS hex colour, `#0b7285` (the default) or `#07a`. Handover darkens or lightens it until text on it can be read. */
  accentColor?: string;
  /** Language of page and mails when neither the person nor the browser asks for another. Default `en`. */
  language?: string;
  /** Where a person finds help: an e-mail address, or an https address. */
  support?: string;
}

export type SourceConfig = PostgresSource | PgliteSource;

export interface PostgresSource {
  type: 'postgres';
  /** `postgres://…`; best from the environment: `process.env.SOURCE_DATABASE_URL`. */
  url: string | undefined;
  /** Most connections that one process opens to this source; each thread that reads takes two. Default 4. */
  maxConnections?: number;
  /** Longest time one statement may take, in seconds. Default 900. */
  statementTimeoutSeconds?: number;
  /** Longest time an attempt may hold its snapshot, in seconds: a snapshot holds vacuum back. Default 14,400 (4 h). */
  maxSnapshotSeconds?: number;
}

/** An embedded database in a folder, for demos and tests: one session, read through the same transcoder. */
export interface PgliteSource {
  type: 'pglite';
  /** The folder, relative to the config. */
  folder: string;
}

export interface ExportConfig<SourceName extends string = string> {
  /** Which door asks for it: the page with e-mail confirmation, or only servers and the command line. Default `account`. */
  door?: 'account' | 'server';
  /** A name of `sources`; may be left out when there is one. */
  source?: SourceName;
  /** The table whose row is the subject, and its column with the id. A subject without a row there is refused. */
  subject: { table: string; column: string };
  /** By the name each has in the archive, in the order in which they stand there. */
  categories: Record<string, CategoryConfig>;
  /** Tables that hold rows of the subject and yet stay, with the reason: shown on the page. */
  leftOut?: Record<string, Exclusion>;
  policy?: Partial<Policy>;
}

export interface CategoryConfig {
  /** `table` (of schema `public`) or `schema.table`. */
  from: string;
  /** Rows of the table itself, and not of the tables that inherit from it. */
  only?: true;
  /** What the page calls it. One text, or one a language: `{ en: 'Calls', de: 'Anrufe' }`. Default: made from the name. */
  title?: Words;
  /** What the page says of it, in a sentence. */
  description?: Words;
  /**
   * Which rows belong to the subject: by the column that holds the subject's id, here (`'account_id'`) or some tables
   * away; or by any of several: `{ anyOf: ['sender_id', 'recipient_id'] }`. A row that belongs twice leaves once.
   */
  belongsTo: string | Way | { anyOf: (string | Way)[] };
  /**
   * Columns that leave, in their order. A key is its column in camelCase (`account_id` → `accountId`);
   * a map gives it another: `{ e164: 'number' }`.
   */
  include: (string | Record<string, string>)[];
  /** Columns that stay, and why. With a path (`settings.smtp.password`, `gateways[*].secret`), a part of an included JSON column. */
  exclude?: Record<string, Exclusion>;
  /** Why a column leaves that by its name holds a password, a key, a card number or the like. Without a reason here such a column is refused. */
  allowSensitive?: Record<string, string>;
  /** What kind of data the columns hold, for the register and the manifests. Default `provided`. */
  class?: FieldClass;
  /** The same of single columns: `{ last_login_at: 'observed' }`. */
  classes?: Record<string, FieldClass>;
  /** A predicate in SQL on alias `t`: rows that do not match stay. Say why in `whereReason`. */
  where?: string;
  /** Shown on the page: why some rows stay. */
  whereReason?: Words;
  /** Columns that order the rows, unique together; the first one cuts a large table into parts. Default `['id']`. */
  orderBy?: string[];
}

/** One text for every language, or one a language: `{ en: …, de: … }`, with at least the product's own. */
export type Words = string | Record<string, string>;

export interface Way {
  /** The column that holds the subject's id: of the table itself, or of the last one of `through`. */
  column: string;
  /** Columns of the table itself that must equal a constant, as where an owner may be of several kinds: `{ owner_type: 'User' }`. */
  is?: Record<string, string>;
  /**
   * From this table outward, each joined by `{ columnOfThePrevious: columnOfThisOne }`:
   * `[{ table: 'campaigns', on: { campaign_id: 'id' } }]`. `is` is of that table.
   */
  through?: { table: string; on: Record<string, string>; is?: Record<string, string> }[];
}

/**
 * `provided`: the person gave it. `observed`: recorded of what they did. `derived`: worked out from other data.
 * `third-party`: from or about somebody else.
 */
export type FieldClass = (typeof fieldClasses)[number];
export const fieldClasses = ['provided', 'observed', 'derived', 'third-party'] as const;

/** Why something stays. `secret`: opens doors. `internal`: ours, not theirs. `third-party`: somebody else's. `derived`: made from what is exported. */
export type ExclusionReason = (typeof exclusionReasons)[number];
export const exclusionReasons = ['secret', 'internal', 'third-party', 'derived'] as const;

/** A reason, or a reason with a note that the page shows to the person. */
export type Exclusion = ExclusionReason | { reason: ExclusionReason; note: Words };

/** Every duration and limit of one kind of export. Durations are written `24h`, `7d`, `90s`, `15m`, or in milliseconds. */
export interface Policy {
  /** Ask the person by e-mail before anything is read. Default true at the account door, false at the server door. */
  confirmByEmail: boolean;
  /** How long a confirmation link works. Default `24h`. */
  confirmationWindow: Duration;
  /** How long the file can be downloaded. Default `24h`. */
  downloadWindow: Duration;
  /** Wait after a completed export. Default `24h`; `0` for none. */
  cooldown: Duration;
  /** How often a run is tried again after a fault, with growing pauses. Default 5. */
  retries: number;
  /** Rows of one part: what is sealed, retried and spread over workers as one. Default 100,000. */
  rowsPerPart: number;
}

/**
 * What the chat SDKs export. Each entity is a table (or a view); its `fields` say which column is which field of the
 * API: `{ id: 'post_id', text: 'body', created_at: 'posted_at' }`. A column that is not named never leaves.
 */
export interface ChatConfig<SourceName extends string = string> {
  /** A name of `sources`; may be left out when there is one. */
  source?: SourceName;
  users: ChatEntityConfig<UserFields>;
  channels: ChatEntityConfig<ChannelFields> & {
    /** The column by which `members`, `messages`, `reads` and `calls` name a channel. Default: the column of `id`. */
    key?: string;
  };
  members: ChatEntityConfig<MemberFields>;
  messages: ChatEntityConfig<MessageFields>;
  reactions?: ChatEntityConfig<ReactionFields>;
  /** How far each member has read. The API knows no further columns here, so there is no `custom`. */
  reads?: Omit<ChatEntityConfig<ReadFields>, 'custom'>;
  calls?: ChatEntityConfig<CallFields>;
  /** Tables that stay whole, with the reason. */
  leftOut?: Record<string, Exclusion>;
  policy?: ChatPolicyConfig;
}

export interface ChatEntityConfig<Fields> {
  /** `table` (of schema `public`) or `schema.table`. Two entities may share one: members and reads often do. */
  from: string;
  /** Field of the API → column. What is not named here or in `custom` never leaves. */
  fields: Fields;
  /**
   * Columns of your own that leave beside the API's: among its fields in files and v1 answers, under `custom` in v2
   * answers. The key is the column; a map gives another: `{ mood_emoji: 'mood' }`. A JSON column stands there as JSON.
   */
  custom?: (string | Record<string, string>)[];
  /** Columns that stay, and why. With a path (`settings.push.token`), a part of a JSON column that leaves. */
  exclude?: Record<string, Exclusion>;
  /** As in a category. */
  allowSensitive?: Record<string, string>;
  class?: FieldClass;
  classes?: Record<string, FieldClass>;
}

/** Durations and limits of the server door. The defaults are those of the API that the SDKs were written for. */
export interface ChatPolicyConfig {
  /** How long a file is kept. Default `60d`. */
  retention?: Duration;
  /** How long an address works that a status call handed out; each call makes a new one. Default `24h`. */
  addressLife?: Duration;
  /** 1 to 100. Default 25. */
  channelsPerRequest?: number;
  /** 1 to 100. Default 25. */
  usersPerRequest?: number;
  /** The newest so many messages of each user; the file says so if there are more. A key can be given more. Default 10,000. */
  messagesPerUser?: number;
  /** How often a run is tried again after a fault, with growing pauses. Default 5. */
  retries?: number;
  /** Rows of one part: what is sealed, retried and spread over workers as one. Default 100,000. */
  rowsPerPart?: number;
  /** Calls a minute and API key. Default 60, 60, 60 and 600: SDKs that wait for a task ask each second. */
  rateLimits?: { exportChannels?: number; exportUsers?: number; exportUser?: number; exportStatus?: number };
}

/** `'500ms'`, `'90s'`, `'15m'`, `'24h'`, `'7d'`, or a number of milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Types a config, so that an editor completes it. It changes nothing: the check happens when the config is loaded. */
export function defineConfig<const SourceName extends string>(
  config: Config<SourceName>,
): Config<SourceName> {
  return config;
}
