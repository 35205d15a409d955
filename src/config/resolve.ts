import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { languages } from '../language/language.ts';
import type { SourceSettings } from '../sources/open-source.ts';
import { chooseSource } from './choose-source.ts';
import type { Config, Duration, ExportConfig, Product, SourceConfig } from './define.ts';
import { parseDuration } from './duration.ts';
import { readLogo } from './logo.ts';
import { splitTable } from './names.ts';
import { configInvalid, type PathStep, type Problem } from './problems.ts';
import { resolveCategory } from './resolve-category.ts';
import { resolveChat } from './resolve-chat.ts';
import { type Resolving, resolveLeftOutTables } from './resolve-left-out.ts';
import type {
  ExportKind,
  ResolvedChat,
  ResolvedConfig,
  ResolvedPolicy,
  ResolvedProduct,
} from './resolved.ts';

/** Fills in a config of the right shape. Throws `config_invalid` with every problem that takes two fields to see. */
export async function resolveConfig(config: Config, path: string): Promise<ResolvedConfig> {
  const problems: Problem[] = [];
  const resolving: Resolving = {
    language: config.product.language ?? 'en',
    report: (at, message) => problems.push({ path: at, message }),
  };
  const folder = dirname(path);
  const product = await resolveProduct(resolving, config.product, folder);
  const sourceNames = Object.keys(config.sources);
  const exports = mapValues(config.exports ?? {}, (kind, name) =>
    resolveExport(resolving, name, kind, sourceNames),
  );
  const chat = config.chat === undefined ? null : resolveChat(resolving, config.chat, sourceNames);
  if (chat === null) refuseNoExports(resolving, exports);
  else refuseKindsOfChat(resolving, exports);
  if (problems.length > 0) throw configInvalid(path, problems);
  const sources = mapValues(config.sources, (source) => resolveSource(source, folder));
  const version = config.version ?? null;
  return { path, version, hash: hashRules(exports, chat), product, sources, exports, chat };
}

function refuseNoExports({ report }: Resolving, exports: Record<string, ExportKind>): void {
  if (Object.keys(exports).length > 0) return;
  const example = 'exports: { account: { subject: …, categories: … } }';
  report(['exports'], `expected at least one entry, e.g. ${example}; or \`chat\` for the server door`);
}

/** The server door's archives are of two kinds, which stand beside the config's own. */
function refuseKindsOfChat({ report }: Resolving, exports: Record<string, ExportKind>): void {
  for (const name of ['channels', 'users']) {
    if (Object.hasOwn(exports, name)) {
      report(['exports', name], `\`chat\` exports under this name; give this kind another, e.g. ${name}Copy`);
    }
  }
}

async function resolveProduct(
  { report, language }: Resolving,
  product: Product,
  folder: string,
): Promise<ResolvedProduct> {
  if (!languages.some((known) => known === language)) {
    report(['product', 'language'], `expected a language that Handover speaks: ${languages.join(', ')}`);
  }
  const logo = product.logo === undefined ? null : await readLogo(resolve(folder, product.logo));
  if (typeof logo === 'string') report(['product', 'logo'], logo);
  return {
    name: product.name,
    logo: typeof logo === 'string' ? null : logo,
    accentColor: longHex(product.accentColor ?? '#0b7285'),
    language,
    support: product.support ?? null,
  };
}

/** `#07a` → `#0077aa` */
function longHex(color: string): string {
  const hex = color.slice(1).toLowerCase();
  return `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`;
}

/** Timers and the settings of a Postgres hold no more milliseconds than 31 bits. */
const LONGEST_TIMER_SECONDS = 2_000_000;

function resolveSource(source: SourceConfig, folder: string): SourceSettings {
  if (source.type === 'pglite') return { type: 'pglite', folder: resolve(folder, source.folder) };
  return {
    type: 'postgres',
    url: source.url ?? '',
    maxConnections: source.maxConnections ?? 4,
    statementTimeoutMs: (source.statementTimeoutSeconds ?? 900) * 1000,
    maxSnapshotMs: Math.min(source.maxSnapshotSeconds ?? 14_400, LONGEST_TIMER_SECONDS) * 1000,
  };
}

function resolveExport(
  resolving: Resolving,
  name: string,
  kind: ExportConfig,
  sourceNames: string[],
): ExportKind {
  const at: PathStep[] = ['exports', name];
  const door = kind.door ?? 'account';
  const categories = Object.entries(kind.categories).map(([category, config]) =>
    resolveCategory(resolving, category, config, [...at, 'categories', category]),
  );
  const leaving = Object.entries(kind.categories).map(([category, { from }]): [string, string] => [
    from,
    `category \`${category}\``,
  ]);
  return {
    name,
    door,
    source: chooseSource(resolving, kind.source, sourceNames, [...at, 'source']),
    subject: { ...splitTable(kind.subject.table), column: kind.subject.column },
    selections: categories.map(({ selection }) => selection),
    categories: categories.map(({ words }) => words),
    leftOut: resolveLeftOutTables(resolving, kind.leftOut, leaving, [...at, 'leftOut']),
    policy: resolvePolicy(kind.policy, door),
  };
}

function resolvePolicy(policy: ExportConfig['policy'], door: 'account' | 'server'): ResolvedPolicy {
  const milliseconds = (written: Duration | undefined) => parseDuration(written ?? '24h') ?? 0;
  return {
    confirmByEmail: policy?.confirmByEmail ?? door === 'account',
    confirmationWindowMs: milliseconds(policy?.confirmationWindow),
    downloadWindowMs: milliseconds(policy?.downloadWindow),
    cooldownMs: milliseconds(policy?.cooldown),
    retries: policy?.retries ?? 5,
    rowsPerPart: policy?.rowsPerPart ?? 100_000,
  };
}

/** SHA-256 of the rules as canonical JSON: the same rules give the same hash, wherever they stand and whoever's they are. */
function hashRules(exports: Record<string, ExportKind>, chat: ResolvedChat | null): string {
  const sorted = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const rules = chat === null ? exports : { exports, chat };
  return createHash('sha256').update(JSON.stringify(rules, sorted)).digest('hex');
}

function mapValues<From, To>(
  record: Record<string, From>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
