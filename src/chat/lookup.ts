import type { ChatEntity, ResolvedChat } from '../config/resolved.ts';
import { quoteIdentifier, quoteTable } from '../sources/postgres/quote.ts';
import type { Reader } from '../sources/source.ts';
import { type ChannelName, cidOf } from './channel-key.ts';
import { columnSql, fieldSql, findFieldSql, literals } from './columns.ts';

/** What a request names. */
export type Names = { channels: ChannelName[] } | { userIds: string[] };

/**
 * The channels (as `type:id`) or users that do not exist, in the order asked for; one statement, however many there
 * are. A channel that was deleted softly exists only if it is asked for.
 */
export async function findMissing(
  reader: Pick<Reader, 'ask'>,
  chat: ResolvedChat,
  names: Names,
  includeSoftDeleted: boolean,
): Promise<string[]> {
  if ('userIds' in names) {
    const known = await findUsers(reader, chat, names.userIds);
    return [...new Set(names.userIds)].filter((id) => !known.has(id));
  }
  const known = await findChannels(reader, chat, names.channels, includeSoftDeleted);
  return [...new Set(names.channels.map(cidOf))].filter((cid) => !known.has(cid));
}

async function findUsers(
  reader: Pick<Reader, 'ask'>,
  chat: ResolvedChat,
  ids: string[],
): Promise<Set<string | null>> {
  const holds = await typeCheck(reader, chat.users, 'id');
  const possible = [...new Set(ids.filter(holds))];
  if (possible.length === 0) return new Set();
  const id = fieldSql(chat.users, 'id', 't');
  const sql = `select ${id}::text from ${quoteTable(chat.users)} t where ${id} in (${literals(possible)})`;
  const rows = await reader.ask({ name: 'users that exist', sql });
  return new Set(rows.map(([known]) => known ?? null));
}

async function findChannels(
  reader: Pick<Reader, 'ask'>,
  chat: ResolvedChat,
  names: ChannelName[],
  includeSoftDeleted: boolean,
): Promise<Set<string>> {
  const { channels } = chat;
  const [holdsType, holdsId] = [
    await typeCheck(reader, channels, 'type'),
    await typeCheck(reader, channels, 'id'),
  ];
  const possible = names.filter((name) => holdsType(name.type) && holdsId(name.id));
  if (possible.length === 0) return new Set();
  const [type, id] = [fieldSql(channels, 'type', 'c'), fieldSql(channels, 'id', 'c')];
  // Two lists and not one of pairs, which a server would compare one by one: some rows too many may come, none too few.
  const types = literals([...new Set(possible.map((name) => name.type))]);
  const ids = literals([...new Set(possible.map((name) => name.id))]);
  const deletedAt = findFieldSql(channels, 'deleted_at', 'c');
  const living = deletedAt && !includeSoftDeleted ? `and ${deletedAt} is null` : '';
  const sql = `select ${type}::text, ${id}::text from ${quoteTable(channels)} c where ${type} in (${types}) and ${id} in (${ids}) ${living}`;
  const rows = await reader.ask({ name: 'channels that exist', sql });
  return new Set(rows.map(([type, id]) => cidOf({ type: type ?? '', id: id ?? '' })));
}

/**
 * Whether a text can be a value of the column: `x7` is no uuid, and to compare it with one is an error of the
 * statement, not a row that is missing. Ids as they are printed only: `007` is not the name of 7.
 */
async function typeCheck(
  reader: Pick<Reader, 'ask'>,
  entity: ChatEntity,
  field: string,
): Promise<(text: string) => boolean> {
  const column = entity.fields[field];
  if (!column) throw new Error(`The chat config of ${entity.table} does not say which column is ${field}.`);
  // A domain holds what the type holds that it is made of.
  const sql = `with recursive types as (
      select pg_catalog.pg_typeof(${columnSql('t', column)})::oid as oid from (select) one left join ${quoteTable(entity)} t on false
      union all
      select d.typbasetype from types join pg_catalog.pg_type d on d.oid = types.oid where d.typtype = 'd')
    select y.oid::regtype::text, pg_catalog.jsonb_agg(e.enumlabel)::text
    from types join pg_catalog.pg_type y on y.oid = types.oid and y.typtype <> 'd'
    left join pg_catalog.pg_enum e on e.enumtypid = y.oid group by 1`;
  const [[type, labels] = []] = await reader.ask({ name: `type of ${quoteIdentifier(column.column)}`, sql });
  const hasLabels = labels && labels !== '[null]';
  const allowed: string[] | null = hasLabels ? JSON.parse(labels) : null;
  const check = checks[type ?? ''];
  return (text) => {
    if (text.includes('\0') || !text.isWellFormed()) return false;
    if (allowed) return allowed.includes(text);
    return check?.(text) ?? true;
  };
}

const checks: Record<string, (text: string) => boolean> = {
  smallint: (text) => isInteger(text, 16),
  integer: (text) => isInteger(text, 32),
  bigint: (text) => isInteger(text, 64),
  numeric: (text) => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
};

function isInteger(text: string, bits: number): boolean {
  return /^-?(0|[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
}
