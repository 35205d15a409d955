import { chatFields, madeFields } from './chat-field-names.ts';
import type { ChatFields } from './chat-fields.ts';
import { chooseSource } from './choose-source.ts';
import type { ChatConfig, ChatEntityConfig, ChatPolicyConfig, Exclusion } from './define.ts';
import { parseDuration } from './duration.ts';
import { parseColumnPath, quoteKey, splitTable } from './names.ts';
import { didYouMean, type PathStep } from './problems.ts';
import { type Resolving, resolveLeftOut, resolveLeftOutTables } from './resolve-left-out.ts';
import { resolveClasses, resolveSensitive } from './resolve-sensitive.ts';
import type { ChatColumn, ChatEntity, ChatPolicy, ResolvedChat } from './resolved.ts';
import { chatEntityNames } from './what-leaves.ts';

/** The server door's mapping, every column classified. Reports what takes two fields to see. */
export function resolveChat(resolving: Resolving, chat: ChatConfig, sourceNames: string[]): ResolvedChat {
  const entity = (name: keyof ChatFields, config: EntityConfig) =>
    resolveEntity(resolving, name, config, ['chat', name]);
  const maybe = (name: keyof ChatFields, config: EntityConfig | undefined) =>
    config === undefined ? null : entity(name, config);
  refuseDisagreement(resolving, chat);
  return {
    source: chooseSource(resolving, chat.source, sourceNames, ['chat', 'source']),
    policy: resolvePolicy(chat.policy),
    users: entity('users', chat.users),
    channels: { ...entity('channels', chat.channels), key: chooseKey(resolving, chat.channels) },
    members: entity('members', chat.members),
    messages: entity('messages', chat.messages),
    reactions: maybe('reactions', chat.reactions),
    reads: maybe('reads', chat.reads),
    calls: maybe('calls', chat.calls),
    leftOut: resolveLeftOutTables(
      resolving,
      chat.leftOut,
      chatEntityNames.flatMap((name) => (chat[name] ? [[chat[name].from, `\`${name}\``]] : [])),
      ['chat', 'leftOut'],
    ),
  };
}

/** Any of the entities; which fields it may have was checked by the schema. */
type EntityConfig = ChatEntityConfig<object>;

function resolveEntity(
  resolving: Resolving,
  name: keyof ChatFields,
  config: EntityConfig,
  at: PathStep[],
): ChatEntity {
  const fields: Record<string, ChatColumn> = {};
  for (const [field, column] of columnsOf(config)) fields[field] = { column, omit: [] };
  const custom = customColumns(resolving, name, config, [...at, 'custom']);
  const leaving = [...Object.values(fields), ...Object.values(custom)];
  excludeColumns(resolving, leaving, config.exclude ?? {}, [...at, 'exclude']);
  const places = [
    ...columnsOf(config).map(([field, column]) => ({ column, at: [...at, 'fields', field] })),
    ...(config.custom ?? []).flatMap((entry, index) =>
      (typeof entry === 'string' ? [entry] : Object.keys(entry)).map((column) => ({
        column,
        at: [...at, 'custom', index],
      })),
    ),
  ];
  const { schema, table } = splitTable(config.from);
  const of = { table, columns: [...leavingColumns(config), ...Object.keys(config.exclude ?? {})] };
  return {
    schema,
    table,
    fields,
    custom,
    leftOut: resolveLeftOut(resolving, config.exclude, [...at, 'exclude']),
    classes: resolveClasses(resolving, places, config, [...at, 'classes']),
    sensitive: resolveSensitive(resolving, of, places, config.allowSensitive, [...at, 'allowSensitive']),
  };
}

/** The columns of the API's fields. */
function columnsOf({ fields }: EntityConfig): [field: string, column: string][] {
  return Object.entries(fields).filter(([, column]) => column !== undefined);
}

function leavingColumns(config: EntityConfig): string[] {
  const own = (config.custom ?? []).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.keys(entry),
  );
  return [...columnsOf(config).map(([, column]) => column), ...own];
}

/** The product's own columns, by key; none may take a key that a field of the API has, mapped or not. */
function customColumns(
  { report }: Resolving,
  name: keyof ChatFields,
  config: EntityConfig,
  at: PathStep[],
): Record<string, ChatColumn> {
  const ofApi = new Set([...Object.keys(chatFields[name]), ...madeFields[name]]);
  const used = new Map(columnsOf(config).map(([field, column]) => [column, field]));
  const columns: Record<string, ChatColumn> = {};
  for (const [index, entry] of (config.custom ?? []).entries()) {
    const pairs = typeof entry === 'string' ? [[entry, entry] as const] : Object.entries(entry);
    for (const [column, key] of pairs) {
      const here = [...at, index];
      const field = used.get(column);
      const namesake = Object.hasOwn(columns, key) ? columns[key] : undefined;
      const another = `e.g. { ${quoteKey(column)}: 'own_${key}' }`;
      if (field !== undefined) report(here, `\`${column}\` already leaves as \`${field}\`; remove one`);
      else if (ofApi.has(key)) {
        const hint = madeFields[name].includes(key) ? '' : 'map it in fields, or ';
        report(here, `\`${key}\` is a field of the API; ${hint}give the column another key, ${another}`);
      } else if (namesake !== undefined) {
        report(
          here,
          `\`${namesake.column}\` already leaves as \`${key}\`; give this one another key, ${another}`,
        );
      }
      used.set(column, key);
      columns[key] = { column, omit: [] };
    }
  }
  return columns;
}

/** Hangs paths on the columns they cut from, wherever these leave. */
function excludeColumns(
  { report }: Resolving,
  leaving: ChatColumn[],
  exclude: Record<string, Exclusion>,
  at: PathStep[],
): void {
  for (const written of Object.keys(exclude)) {
    const [name = '', ...path] = parseColumnPath(written) ?? [];
    const columns = leaving.filter(({ column }) => column === name);
    if (path.length === 0) {
      if (columns.length > 0) report([...at, written], 'the column also leaves; remove it here or there');
    } else if (columns.length === 0) {
      const example = `e.g. ${quoteKey(name)}: 'secret'`;
      report(
        [...at, written],
        `\`${name}\` does not leave, so exclude it whole, ${example}; or let it leave`,
      );
    }
    for (const column of columns) column.omit = [...column.omit, path];
  }
}

/** The key only joins, so it may stay; but the config has to say whether it does. */
function chooseKey({ report }: Resolving, channels: ChatConfig['channels']): string {
  const { key = channels.fields.id } = channels;
  const classified = [...leavingColumns(channels), ...Object.keys(channels.exclude ?? {})];
  if (!classified.includes(key)) {
    const hint =
      didYouMean(key, classified) || `, so say there whether it leaves, e.g. ${quoteKey(key)}: 'internal'`;
    report(['chat', 'channels', 'key'], `\`${key}\` neither leaves nor is excluded${hint}`);
  }
  return key;
}

/** Entities may share a table. What one of them keeps back must not leave by another. */
function refuseDisagreement({ report }: Resolving, chat: ChatConfig): void {
  const all = chatEntityNames.flatMap((name) => {
    const config: EntityConfig | undefined = chat[name];
    return config === undefined ? [] : [{ name, config, table: JSON.stringify(splitTable(config.from)) }];
  });
  for (const here of all) {
    for (const written of Object.keys(here.config.exclude ?? {})) {
      const [column, ...path] = parseColumnPath(written) ?? [];
      for (const there of all) {
        if (there === here || there.table !== here.table) continue;
        const leaves = leavingColumns(there.config).includes(column ?? '');
        if (!leaves || (path.length > 0 && Object.hasOwn(there.config.exclude ?? {}, written))) continue;
        const remedy = path.length > 0 ? 'exclude it there too' : 'remove it here or there';
        report(
          ['chat', here.name, 'exclude', written],
          `\`${there.name}\` reads the same table, and there it leaves; ${remedy}`,
        );
      }
    }
  }
}

function resolvePolicy(policy: ChatPolicyConfig = {}): ChatPolicy {
  return {
    retentionMs: parseDuration(policy.retention ?? '60d') ?? 0,
    addressLifeMs: parseDuration(policy.addressLife ?? '24h') ?? 0,
    channelsPerRequest: policy.channelsPerRequest ?? 25,
    usersPerRequest: policy.usersPerRequest ?? 25,
    messagesPerUser: policy.messagesPerUser ?? 10_000,
    retries: policy.retries ?? 5,
    rowsPerPart: policy.rowsPerPart ?? 100_000,
    rateLimits: {
      exportChannels: policy.rateLimits?.exportChannels ?? 60,
      exportUsers: policy.rateLimits?.exportUsers ?? 60,
      exportUser: policy.rateLimits?.exportUser ?? 60,
      exportStatus: policy.rateLimits?.exportStatus ?? 600,
    },
  };
}
