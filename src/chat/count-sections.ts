import type { ResolvedChat } from '../config/resolved.ts';
import type { SectionCount } from '../lifecycle/balance.ts';
import { quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import type { Reader } from '../sources/source.ts';
import { channelKeySql } from './channel-key.ts';
import { channelMessages } from './channels.ts';
import { fieldSql } from './columns.ts';
import type { ChannelsRequest, ChatRequest, MessageCut, UsersRequest } from './request.ts';

/** What a request must give: rows of each section that can be counted apart from its read, and what its limit cuts. */
export interface ChatCounts {
  counts: SectionCount[];
  /** In the order of the request. */
  cuts: MessageCut[];
}

/**
 * Counts by one statement, however much is asked for. The channel itself, who takes part in it and how far they have
 * read are not counted: no statement that is another than that of their read says how many there are.
 */
export async function countSections(
  reader: Pick<Reader, 'ask'>,
  chat: ResolvedChat,
  request: ChatRequest,
): Promise<ChatCounts> {
  const sections = request.about === 'users' ? ofUsers(chat, request) : ofChannels(chat, request);
  if (sections.length === 0) return { counts: [], cuts: [] };
  const statements = sections.map(({ name, scope }) => `select ${quoteLiteral(name)}, count(*) ${scope}`);
  const rows = await reader.ask({ name: 'rows in scope', sql: statements.join('\nunion all ') });
  const totals = new Map(rows.map(([name, total]) => [name, Number(total)]));
  const counts = sections.map(({ name, most }): SectionCount => {
    const rowsInScope = totals.get(name) ?? 0;
    return { category: name, rowsInScope, rowsLeftOut: Math.max(0, rowsInScope - most) };
  });
  return { counts, cuts: request.about === 'users' ? cutsOf(request, counts) : [] };
}

interface CountedSection {
  name: string;
  /** FROM and WHERE of its rows. */
  scope: string;
  most: number;
}

function ofUsers(chat: ResolvedChat, { userIds, maxMessagesPerUser }: UsersRequest): CountedSection[] {
  const { users, messages, reactions, calls } = chat;
  return userIds.flatMap((userId, index) => {
    const section = (part: string, entity: typeof users, field: string, most = Infinity) => ({
      name: `${index}/${part}`,
      scope: `from ${quoteTable(entity)} t where ${fieldSql(entity, field, 't')} = ${quoteLiteral(userId)}`,
      most,
    });
    return [
      section('user', users, 'id'),
      section('messages', messages, 'user', maxMessagesPerUser),
      ...(reactions ? [section('reactions', reactions, 'user')] : []),
      ...(calls ? [section('calls', calls, 'user')] : []),
    ];
  });
}

function ofChannels(chat: ResolvedChat, request: ChannelsRequest): CountedSection[] {
  const { members, messages, reactions } = chat;
  const isV2 = request.version === 'v2';
  return request.channels.flatMap((wanted, index) => {
    const scope = channelMessages(chat, wanted, request);
    const written = `from ${scope.from} where ${scope.where}`;
    const ofMessages = { name: `${index}/messages`, scope: written, most: Infinity };
    if (request.format === 'csv') return [ofMessages];
    const channel = `${fieldSql(members, 'channel', 't')} = ${channelKeySql(chat, wanted)}`;
    const ofMembers = `from ${quoteTable(members)} t where ${channel}`;
    return [
      ofMessages,
      { name: `${index}/members`, scope: ofMembers, most: Infinity },
      ...(isV2 && reactions
        ? [
            {
              name: `${index}/reactions`,
              scope: `from ${quoteTable(reactions)} t where ${fieldSql(reactions, 'message', 't')} in (
                select ${fieldSql(messages, 'id', 'm')} ${written})`,
              most: Infinity,
            },
          ]
        : []),
    ];
  });
}

function cutsOf({ userIds, maxMessagesPerUser }: UsersRequest, counts: SectionCount[]): MessageCut[] {
  const totals = new Map(counts.map(({ category, rowsInScope }) => [category, rowsInScope]));
  return userIds.flatMap((userId, index) => {
    const messagesTotal = totals.get(`${index}/messages`) ?? 0;
    if (messagesTotal <= maxMessagesPerUser) return [];
    return [{ userId, messagesTotal, messagesExported: maxMessagesPerUser }];
  });
}
