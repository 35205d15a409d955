import type { ChannelsRequest, UsersRequest, WantedChannel } from '../../chat/request.ts';
import type { ChatPolicy } from '../../config/resolved.ts';
import { formatBound, parseInstant } from './instants.ts';
import { refuse, refuseFields } from './refusals.ts';
import { type ChannelItem, checkBody, ExportChannelsBody, ExportUsersBody } from './requests.ts';

/** What a body of ExportChannels asks for. Throws a refusal that names the field and the rule. */
export function readChannelsRequest(
  body: unknown,
  policy: Pick<ChatPolicy, 'channelsPerRequest'>,
): ChannelsRequest {
  refuseTooMany(body, 'channels', policy.channelsPerRequest);
  refuseTooMany(body, 'include_fields', MOST_FIELDS);
  const asked = checkBody(ExportChannelsBody, body);
  const request: ChannelsRequest = {
    about: 'channels',
    channels: withoutDoubles(asked.channels.map(readChannel)),
    version: asked.version || 'v1',
    format: asked.format || 'json',
    includeTruncatedMessages: asked.include_truncated_messages ?? false,
    includeSoftDeletedChannels: asked.include_soft_deleted_channels ?? false,
    clearDeletedMessageText: asked.clear_deleted_message_text ?? false,
    exportUsers: asked.export_users ?? false,
    includeFields: asked.include_fields ?? [],
  };
  checkFormat(request);
  return request;
}

/** What a body of ExportUsers asks for, likewise. */
export function readUsersRequest(
  body: unknown,
  policy: Pick<ChatPolicy, 'usersPerRequest'>,
  maxMessagesPerUser: number,
): UsersRequest {
  refuseTooMany(body, 'user_ids', policy.usersPerRequest);
  const asked = checkBody(ExportUsersBody, body);
  return { about: 'users', userIds: [...new Set(asked.user_ids)], maxMessagesPerUser };
}

/** More columns than a table of Postgres can have. */
const MOST_FIELDS = 2000;

/** Comes before all checks: to say of each of a hundred thousand items what is wrong with it would take seconds. */
function refuseTooMany(body: unknown, field: string, most: number): void {
  const items = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : null;
  if (Array.isArray(items) && items.length > most)
    throw refuseFields({ [field]: `must contain at maximum ${most} ${most === 1 ? 'item' : 'items'}` });
}

function checkFormat({ format, version, exportUsers, includeFields }: ChannelsRequest): void {
  if (format === 'csv' && version !== 'v2') throw refuseFields({ format: 'csv requires version v2' });
  if (format === 'csv' && exportUsers) {
    throw refuseFields({ format: 'csv cannot be combined with export_users' });
  }
  if (format !== 'csv' && includeFields.length > 0) {
    throw refuseFields({ include_fields: 'can only be used with format csv' });
  }
  if (new Set(includeFields).size < includeFields.length) {
    throw refuseFields({ include_fields: 'must not name a field twice' });
  }
}

function readChannel(item: ChannelItem, index: number): WantedChannel {
  const place = `channels[${index}]`;
  const since = readBound(item.messages_since, `${place}.messages_since`);
  const until = readBound(item.messages_until, `${place}.messages_until`);
  if (since !== null && until !== null && since > until) {
    throw refuseFields({ [`${place}.messages_since`]: 'must not be after messages_until' });
  }
  return {
    ...readName(item, place),
    messagesSince: since === null ? null : formatBound(since, 'since'),
    messagesUntil: until === null ? null : formatBound(until, 'until'),
  };
}

/** By `type` and `id`, or by `cid`; where all are given, they have to say the same. An id may hold colons, a type none. */
function readName({ type, id, cid }: ChannelItem, place: string): Pick<WantedChannel, 'type' | 'id'> {
  if (!cid) {
    if (!type) throw refuseFields({ [`${place}.type`]: 'is a required field, unless there is a cid' });
    if (!id) throw refuseFields({ [`${place}.id`]: 'is a required field, unless there is a cid' });
    if (type.includes(':')) throw refuseFields({ [`${place}.type`]: 'must not contain a colon' });
    return { type, id };
  }
  const [, cidType = '', cidId = ''] = /^([^:]+):(.+)$/s.exec(cid) ?? [];
  if (cidType === '') throw refuseFields({ [`${place}.cid`]: 'must have the form type:id' });
  if ((type && type !== cidType) || (id && id !== cidId)) {
    throw refuseFields({ [`${place}.cid`]: 'does not agree with type and id' });
  }
  return { type: cidType, id: cidId };
}

function readBound(value: ChannelItem['messages_since'], field: string): bigint | null {
  if (value === undefined || value === null) return null;
  const instant = parseInstant(value);
  if (instant !== null) return instant;
  throw refuseFields({
    [field]: 'must be RFC 3339 with an offset (2020-11-10T09:30:00Z) or unix nanoseconds (19 digits)',
  });
}

/** A channel that is named twice alike is exported once; named twice with other bounds, it is unclear which hold. */
function withoutDoubles(channels: WantedChannel[]): WantedChannel[] {
  const byName = new Map<string, WantedChannel>();
  for (const channel of channels) {
    const name = `${channel.type}:${channel.id}`;
    const earlier = byName.get(name);
    if (earlier && JSON.stringify(earlier) !== JSON.stringify(channel)) {
      throw refuse('input', `channels names ${name} twice, with different bounds`, {
        fields: { channels: 'must not name a channel twice with different bounds' },
      });
    }
    byName.set(name, channel);
  }
  return [...byName.values()];
}
