import type { ChatEntity, ResolvedChat } from '../config/resolved.ts';
import { quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import { type ApiField, channelFields, memberFields, readFields } from './api-fields.ts';
import { type ChannelName, channelKeySql, cidOf, isChannel, orderLiveFirst } from './channel-key.ts';
import {
  columnsOf,
  fieldSql,
  findFieldSql,
  type Made,
  type OutputColumn,
  type Statement,
} from './columns.ts';
import { between, type MessageScope } from './messages.ts';
import { joinPerson, peopleCte, person } from './people.ts';
import type { ChannelsRequest, InstantStyle, WantedChannel } from './request.ts';
import { instantOf, type Value } from './values.ts';

/** Objects of one sort, and the statement that makes them. */
export interface Objects {
  columns: OutputColumn[];
  statement: Statement;
}

const style: InstantStyle = 'rfc3339';

/** The channel itself: one row, or none if it does not exist or was deleted softly and is not asked for. */
export function channelStatement(
  chat: ResolvedChat,
  wanted: ChannelName,
  { includeSoftDeletedChannels }: Pick<ChannelsRequest, 'includeSoftDeletedChannels'>,
): Objects {
  const { channels } = chat;
  const where = [isChannel(chat, wanted, 'c')];
  const deletedAt = findFieldSql(channels, 'deleted_at', 'c');
  if (deletedAt && !includeSoftDeletedChannels) where.push(`${deletedAt} is null`);
  const rows = `from ${quoteTable(channels)} c`;
  const people = { creator: 'created_by', truncator: 'truncated_by' };
  const named = Object.entries(people).flatMap(([alias, field]) => {
    const id = findFieldSql(channels, field, 'c');
    return id ? [{ alias, field, id }] : [];
  });
  const ids = named.map(({ id }) => `select ${id} ${rows} where ${where.join(' and ')}`);
  const made: Record<string, Made | null> = {
    cid: `${quoteLiteral(cidOf(wanted))}::text`,
    last_message_at: { ...lastMessageAt(chat, wanted), isInstant: true },
    created_by: 'null::json',
    member_count: memberCount(chat, wanted),
    ...Object.fromEntries(named.map(({ alias, field }) => [field, person(chat, style, alias)])),
  };
  const joins = named.map(({ alias, id }) => joinPerson(alias, id));
  return {
    columns: columnsOf(channels, channelFields, { alias: 'c', style, made }),
    statement: {
      ctes: ids.length > 0 ? [peopleCte(chat, style, ids)] : [],
      from: `${rows} ${joins.join(' ')}\nwhere ${where.join(' and ')} ${orderLiveFirst(chat, 'c')} limit 1`,
    },
  };
}

export function memberStatement(chat: ResolvedChat, wanted: ChannelName): Objects {
  return ofChannel(chat, chat.members, memberFields, wanted);
}

export function readStatement(chat: ResolvedChat, reads: ChatEntity, wanted: ChannelName): Objects {
  return ofChannel(chat, reads, readFields, wanted);
}

/** The messages of a channel that a request asks for. */
export function channelMessages(
  chat: ResolvedChat,
  wanted: WantedChannel,
  { includeTruncatedMessages }: Pick<ChannelsRequest, 'includeTruncatedMessages'>,
): MessageScope {
  const { messages } = chat;
  const key = channelKeySql(chat, wanted);
  const where = [
    `${fieldSql(messages, 'channel', 'm')} = ${key}`,
    ...between(chat, wanted.messagesSince, wanted.messagesUntil),
    ...(includeTruncatedMessages ? [] : notTruncated(chat, wanted)),
  ];
  const parent = findFieldSql(messages, 'parent_id', 'reply');
  const replies = [`${fieldSql(messages, 'channel', 'reply')} = ${key}`, `${parent} is not null`];
  return {
    from: `${quoteTable(messages)} m`,
    where: where.join(' and '),
    repliesWhere: replies.join(' and '),
    cid: { sql: `${quoteLiteral(cidOf(wanted))}::text`, ctes: [], join: '' },
  };
}

/** Users who are members of a channel, wrote or reacted in it: statements that select their ids. */
export function participantQueries(chat: ResolvedChat, wanted: WantedChannel, scope: MessageScope): string[] {
  const { members, messages, reactions } = chat;
  const written = `from ${scope.from} where ${scope.where}`;
  const queries = [
    `select ${fieldSql(members, 'user', 'x')} from ${quoteTable(members)} x where ${fieldSql(members, 'channel', 'x')} = ${channelKeySql(chat, wanted)}`,
    `select ${fieldSql(messages, 'user', 'm')} ${written}`,
  ];
  if (!reactions) return queries;
  const ids = `select ${fieldSql(messages, 'id', 'm')} ${written}`;
  const message = fieldSql(reactions, 'message', 'r');
  return [
    ...queries,
    `select ${fieldSql(reactions, 'user', 'r')} from ${quoteTable(reactions)} r where ${message} in (${ids})`,
  ];
}

/** Rows of a channel that each belong to a user: members, and how far they have read. */
function ofChannel(
  chat: ResolvedChat,
  entity: ChatEntity,
  fields: Record<string, ApiField>,
  wanted: ChannelName,
): Objects {
  const user = fieldSql(entity, 'user', 'x');
  const rows = `from ${quoteTable(entity)} x`;
  const where = `where ${fieldSql(entity, 'channel', 'x')} = ${channelKeySql(chat, wanted)}`;
  const made: Record<string, Made> = {
    channel_cid: `${quoteLiteral(cidOf(wanted))}::text`,
    user_id: `${user}::text`,
    user: person(chat, style, 'p'),
  };
  const order = [findFieldSql(entity, 'created_at', 'x'), user].filter(Boolean).join(', ');
  return {
    columns: columnsOf(entity, fields, { alias: 'x', style, made }),
    statement: {
      ctes: [peopleCte(chat, style, [`select ${user} ${rows} ${where}`])],
      from: `${rows} ${joinPerson('p', user)}\n${where} order by ${order}`,
    },
  };
}

/** A message up to the instant at which its channel was truncated, and one that says of itself that it is. */
function notTruncated(chat: ResolvedChat, wanted: ChannelName): string[] {
  const { channels, messages } = chat;
  const flag = findFieldSql(messages, 'truncated', 'm');
  const at = findFieldSql(messages, 'truncated_at', 'm');
  const channelAt = findFieldSql(channels, 'truncated_at', 'c');
  const truncatedAt = `(select ${channelAt} from ${quoteTable(channels)} c where ${isChannel(chat, wanted, 'c')} ${orderLiveFirst(chat, 'c')} limit 1)`;
  return [
    ...(flag ? [`${flag} is not true`] : []),
    ...(at ? [`${at} is null`] : []),
    ...(channelAt ? [`(${fieldSql(messages, 'created_at', 'm')} <= ${truncatedAt}) is not true`] : []),
  ];
}

function lastMessageAt(chat: ResolvedChat, wanted: ChannelName): Value {
  const own = findFieldSql(chat.channels, 'last_message_at', 'c');
  const { messages } = chat;
  const last = `(select max(${fieldSql(messages, 'created_at', 'm')}) from ${quoteTable(messages)} m where ${fieldSql(messages, 'channel', 'm')} = ${channelKeySql(chat, wanted)})`;
  return instantOf(own ?? last, style);
}

function memberCount(chat: ResolvedChat, wanted: ChannelName): string {
  const own = findFieldSql(chat.channels, 'member_count', 'c');
  const { members } = chat;
  const counted = `(select count(*) from ${quoteTable(members)} x where ${fieldSql(members, 'channel', 'x')} = ${channelKeySql(chat, wanted)})`;
  return own ? `coalesce(${own}, 0)` : counted;
}
