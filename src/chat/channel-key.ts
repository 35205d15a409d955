import type { ResolvedChat } from '../config/resolved.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import { fieldSql, findFieldSql } from './columns.ts';

/** A channel as a request names it. */
export interface ChannelName {
  type: string;
  id: string;
}

/** `livestream:white-room` */
export function cidOf({ type, id }: ChannelName): string {
  return `${type}:${id}`;
}

/**
 * SQL of the value by which other tables name a channel. Where that is the id itself it stands as it is, so that the
 * planner knows whose statistics to look at; else it is looked up once.
 */
export function channelKeySql(chat: ResolvedChat, channel: ChannelName): string {
  const { channels } = chat;
  if (channels.fields.id?.column === channels.key) return quoteLiteral(channel.id);
  const key = `c.${quoteIdentifier(channels.key)}`;
  return `(select ${key} from ${quoteTable(channels)} c where ${isChannel(chat, channel, 'c')} ${orderLiveFirst(chat, 'c')} limit 1)`;
}

/** A condition on the alias of the channels' table. */
export function isChannel({ channels }: ResolvedChat, { type, id }: ChannelName, alias: string): string {
  return `${fieldSql(channels, 'type', alias)} = ${quoteLiteral(type)} and ${fieldSql(channels, 'id', alias)} = ${quoteLiteral(id)}`;
}

/** A name may be taken again after the channel was deleted softly: then the living one is meant, or the latest. */
export function liveFirst({ channels }: ResolvedChat, alias: string): string | null {
  const deletedAt = findFieldSql(channels, 'deleted_at', alias);
  return deletedAt ? `${deletedAt} desc nulls first` : null;
}

export function orderLiveFirst(chat: ResolvedChat, alias: string): string {
  const order = liveFirst(chat, alias);
  return order ? `order by ${order}` : '';
}
