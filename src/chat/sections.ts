import type { ResolvedChat } from '../config/resolved.ts';
import { quoteLiteral } from '../sources/postgres/quote.ts';
import type { Query } from '../sources/source.ts';
import {
  channelMessages,
  channelStatement,
  memberStatement,
  type Objects,
  participantQueries,
  readStatement,
} from './channels.ts';
import { fieldSql, queryOf } from './columns.ts';
import { csvHeader, csvSql } from './csv.ts';
import { messageStatement } from './messages.ts';
import { reactionStatement } from './reactions.ts';
import type { ChannelsRequest, ChatRequest, UsersRequest, WantedChannel } from './request.ts';
import { type EntityType, lineSeparator, listSeparator, usersSection } from './section-names.ts';
import { userCalls, userMessages, userReactions, userStatement } from './users.ts';

/** What one statement gives to a file: objects or records of one sort, of one channel or user. */
export interface ChatSection {
  /** `0/messages`: the place of the channel or user in the request, and what is read of it; or `users`. */
  name: string;
  query: Query;
  /** Stands between two objects; records of csv bring their own. */
  separator: Uint8Array;
  format: 'json' | 'csv';
}

/** Everything that is read for a request, in the order of the file. Throws `invalid_request` for unknown fields of csv. */
export function chatSections(chat: ResolvedChat, request: ChatRequest): ChatSection[] {
  if (request.about === 'users') return usersSections(chat, request);
  if (request.format === 'csv') return csvSections(chat, request);
  return channelsSections(chat, request);
}

function channelsSections(chat: ResolvedChat, request: ChannelsRequest): ChatSection[] {
  const isV2 = request.version === 'v2';
  const separatorOf = (type: EntityType) => (isV2 ? lineSeparator(type) : listSeparator);
  const sections = request.channels.flatMap((wanted, index) => {
    const section = (part: string, type: EntityType, objects: Objects) =>
      jsonSection(`${index}/${part}`, separatorOf(type), objects);
    const channel = section('channel', 'channel', channelStatement(chat, wanted, request));
    const messages = section('messages', 'message', messagesOf(chat, wanted, request));
    const members = section('members', 'member', memberStatement(chat, wanted));
    const reads = chat.reads ? [section('reads', 'read', readStatement(chat, chat.reads, wanted))] : [];
    if (!isV2) return [channel, messages, members, ...reads];
    const reactions = chat.reactions
      ? [section('reactions', 'reaction', reactionsOf(chat, wanted, request))]
      : [];
    return [channel, members, messages, ...reactions, ...reads];
  });
  return request.exportUsers && isV2 ? [participants(chat, request), ...sections] : sections;
}

function csvSections(chat: ResolvedChat, request: ChannelsRequest): ChatSection[] {
  const fields = csvHeader(chat, request.includeFields);
  return request.channels.map((wanted, index) => {
    const name = `${index}/messages`;
    const sql = csvSql(messagesOf(chat, wanted, request), fields);
    return { name, query: { name, sql, columns: [] }, separator: new Uint8Array(), format: 'csv' };
  });
}

function usersSections(chat: ResolvedChat, request: UsersRequest): ChatSection[] {
  const style = 'rfc3339';
  return request.userIds.flatMap((userId, index) => {
    const section = (part: string, type: EntityType, objects: Objects) =>
      jsonSection(`${index}/${part}`, lineSeparator(type), objects);
    const messages = userMessages(chat, userId, { limit: request.maxMessagesPerUser, style });
    const { reactions, calls } = chat;
    return [
      section('user', 'user', userStatement(chat, quoteLiteral(userId), style)),
      section('messages', 'message', messages),
      ...(reactions ? [section('reactions', 'reaction', userReactions(chat, reactions, userId, style))] : []),
      ...(calls ? [section('calls', 'call', userCalls(chat, calls, userId))] : []),
    ];
  });
}

function participants(chat: ResolvedChat, request: ChannelsRequest): ChatSection {
  const queries = request.channels.flatMap((wanted) =>
    participantQueries(chat, wanted, channelMessages(chat, wanted, request)),
  );
  return jsonSection(
    usersSection,
    lineSeparator('user'),
    userStatement(chat, queries.join('\nunion '), 'rfc3339'),
  );
}

function messagesOf(chat: ResolvedChat, wanted: WantedChannel, request: ChannelsRequest): Objects {
  return messageStatement(chat, channelMessages(chat, wanted, request), {
    style: 'rfc3339',
    clearDeletedText: request.clearDeletedMessageText,
  });
}

function reactionsOf(chat: ResolvedChat, wanted: WantedChannel, request: ChannelsRequest): Objects {
  const { reactions } = chat;
  if (!reactions) throw new Error('The chat config names no reactions.');
  const scope = channelMessages(chat, wanted, request);
  const ids = `scope as materialized (select ${fieldSql(chat.messages, 'id', 'm')} as id from ${scope.from} where ${scope.where})`;
  const where = `${fieldSql(reactions, 'message', 'r')} in (select id from scope)`;
  return reactionStatement(chat, reactions, { style: 'rfc3339', where, ctes: [ids] });
}

function jsonSection(name: string, separator: Uint8Array, { columns, statement }: Objects): ChatSection {
  return { name, query: queryOf(name, columns, statement), separator, format: 'json' };
}
