/**
 * What a server asks of the chat export: channels, or users. Stored with the export as it was checked, so that every
 * attempt and every download works from the same words. Instants are RFC 3339 in UTC with microseconds.
 */
export type ChatRequest = ChannelsRequest | UsersRequest;

export interface ChannelsRequest {
  about: 'channels';
  /** 1 or more, in the order asked for; without doubles. */
  channels: WantedChannel[];
  version: 'v1' | 'v2';
  format: 'json' | 'csv';
  includeTruncatedMessages: boolean;
  includeSoftDeletedChannels: boolean;
  clearDeletedMessageText: boolean;
  /** With `v2`: a line for each user who is a member, wrote or reacted. */
  exportUsers: boolean;
  /** For csv: which columns, in which order: all of them once the request is stored (`csvHeader`); else empty. */
  includeFields: string[];
}

export interface WantedChannel {
  type: string;
  id: string;
  /** Inclusive, on `created_at` of the messages; null for no bound. */
  messagesSince: string | null;
  messagesUntil: string | null;
}

export interface UsersRequest {
  about: 'users';
  userIds: string[];
  /** The newest so many messages of each user; older ones are cut, and that is said. */
  maxMessagesPerUser: number;
}

/** A user whose messages were cut: stands in the file, and in the task's result. */
export interface MessageCut {
  userId: string;
  messagesTotal: number;
  messagesExported: number;
}

/** How the instants of an answer are written: RFC 3339 with microseconds (v1, files), or unix nanoseconds as 19 digits (v2). */
export type InstantStyle = 'rfc3339' | 'nanoseconds';
