import type { ChatEntity, ResolvedChat } from '../config/resolved.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import { callFields } from './api-fields.ts';
import { liveFirst } from './channel-key.ts';
import type { Objects } from './channels.ts';
import { columnsOf, fieldSql, findFieldSql, type Made } from './columns.ts';
import { type CidSource, type MessageScope, messageStatement } from './messages.ts';
import { joinPerson, peopleCte, person, userColumns } from './people.ts';
import { reactionStatement } from './reactions.ts';
import type { InstantStyle } from './request.ts';

/** Users in the order of their ids. `ids` is what may stand in the brackets of `in (…)`: literals, or a statement. */
export function userStatement(chat: ResolvedChat, ids: string, style: InstantStyle): Objects {
  const id = fieldSql(chat.users, 'id', 't');
  return {
    columns: userColumns(chat, style),
    statement: {
      ctes: [],
      from: `from ${quoteTable(chat.users)} t where ${id} in (${ids}) order by ${id}`,
    },
  };
}

/** The newest messages of a user, oldest first: in every channel, also deleted and truncated ones. */
export function userMessages(
  chat: ResolvedChat,
  userId: string,
  { limit, style }: { limit: number; style: InstantStyle },
): Objects {
  const { messages } = chat;
  const newest = ['created_at', 'id'].map((field) => `${fieldSql(messages, field, 'n')} desc nulls last`);
  const mine = `${fieldSql(messages, 'user', 'n')} = ${quoteLiteral(userId)}`;
  const channel = fieldSql(messages, 'channel', 'm');
  const from = `(select n.* from ${quoteTable(messages)} n where ${mine} order by ${newest.join(', ')} limit ${limit}) m`;
  const scope: MessageScope = {
    from,
    where: 'true',
    repliesWhere: `${findFieldSql(messages, 'parent_id', 'reply')} in (select id from scope)`,
    cid: cidFrom(chat, channel, `select ${channel} from ${from}`),
  };
  return messageStatement(chat, scope, { style, clearDeletedText: false });
}

export function userReactions(
  chat: ResolvedChat,
  reactions: ChatEntity,
  userId: string,
  style: InstantStyle,
): Objects {
  return reactionStatement(chat, reactions, {
    style,
    where: `${fieldSql(reactions, 'user', 'r')} = ${quoteLiteral(userId)}`,
  });
}

export function userCalls(chat: ResolvedChat, calls: ChatEntity, userId: string): Objects {
  const style: InstantStyle = 'rfc3339';
  const user = fieldSql(calls, 'user', 'k');
  const where = `where ${user} = ${quoteLiteral(userId)}`;
  const rows = `from ${quoteTable(calls)} k`;
  const createdBy = findFieldSql(calls, 'created_by', 'k');
  const channel = findFieldSql(calls, 'channel', 'k');
  const cid = channel ? cidFrom(chat, channel, `select ${channel} ${rows} ${where}`) : null;
  const made: Record<string, Made | null> = {
    user_id: `${user}::text`,
    channel_cid: cid?.sql ?? null,
    created_by: createdBy ? person(chat, style, 'p') : null,
  };
  const joins = [createdBy ? joinPerson('p', createdBy) : '', cid?.join ?? ''];
  const order = [findFieldSql(calls, 'created_at', 'k'), fieldSql(calls, 'id', 'k')].filter(Boolean);
  return {
    columns: columnsOf(calls, callFields, { alias: 'k', style, made }),
    statement: {
      ctes: [
        ...(createdBy ? [peopleCte(chat, style, [`select ${createdBy} ${rows} ${where}`])] : []),
        ...(cid?.ctes ?? []),
      ],
      from: `${rows} ${joins.join(' ')}\n${where} order by ${order.join(', ')}`,
    },
  };
}

/** `type:id` of the channel that a column names; null if there is none. `keyQuery` selects the keys that are needed. */
function cidFrom(chat: ResolvedChat, column: string, keyQuery: string): CidSource {
  const { channels } = chat;
  const key = `c.${quoteIdentifier(channels.key)}`;
  const cid = `${fieldSql(channels, 'type', 'c')}::text || ':' || ${fieldSql(channels, 'id', 'c')}::text`;
  const order = [key, liveFirst(chat, 'c')].filter(Boolean).join(', ');
  return {
    sql: 'rooms.cid',
    ctes: [
      `rooms as materialized (select distinct on (${key}) ${key} as key, ${cid} as cid
  from ${quoteTable(channels)} c where ${key} in (${keyQuery}) order by ${order})`,
    ],
    join: `left join rooms on rooms.key = ${column}`,
  };
}
