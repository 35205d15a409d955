/**
 * The chat API's words. What stands left of a colon in `fields` is a field of the API; right of it, the product's
 * column. Where a field names a row of another table (`user`, `channel`, `parent_id`), its column holds that row's id.
 */
export interface ChatFields {
  users: UserFields;
  channels: ChannelFields;
  members: MemberFields;
  messages: MessageFields;
  reactions: ReactionFields;
  reads: ReadFields;
  calls: CallFields;
}

export interface UserFields {
  /** By which the API names the user, and by which your other tables do. */
  id: string;
  name?: string;
  /** Address of the picture. */
  image?: string;
  role?: string;
  language?: string;
  /** An array of names. */
  teams?: string;
  created_at?: string;
  updated_at?: string;
  last_active?: string;
  deactivated_at?: string;
  deleted_at?: string;
  online?: string;
  invisible?: string;
  banned?: string;
  ban_expires?: string;
  shadow_banned?: string;
  /** An array of ids. */
  blocked_user_ids?: string;
}

export interface ChannelFields {
  /** What follows the colon of `livestream:white-room`. If your other tables name the channel otherwise, say so in `key`. */
  id: string;
  /** What stands before the colon. */
  type: string;
  name?: string;
  image?: string;
  team?: string;
  /** Id of a user. */
  created_by?: string;
  created_at?: string;
  updated_at?: string;
  /** Set when the channel was deleted softly: it is exported only if asked for. */
  deleted_at?: string;
  /** Messages up to this instant are truncated: they are exported only if asked for. */
  truncated_at?: string;
  /** Id of a user. */
  truncated_by?: string;
  last_message_at?: string;
  frozen?: string;
  disabled?: string;
  /** Seconds between two messages of one member. */
  cooldown?: string;
  member_count?: string;
  message_count?: string;
  auto_translation_enabled?: string;
  auto_translation_language?: string;
  /** An array of texts. */
  filter_tags?: string;
  /** A JSON column with the settings of the channel's type. */
  config?: string;
}

export interface MemberFields {
  /** The channel, by its `key`. */
  channel: string;
  user: string;
  /** `owner`, `member`, … */
  role?: string;
  channel_role?: string;
  /** `member`, `invited`, … */
  status?: string;
  created_at?: string;
  updated_at?: string;
  deleted_at?: string;
  banned?: string;
  ban_expires?: string;
  shadow_banned?: string;
  is_moderator?: string;
  invited?: string;
  invite_accepted_at?: string;
  invite_rejected_at?: string;
  notifications_muted?: string;
  archived_at?: string;
  pinned_at?: string;
}

export interface MessageFields {
  id: string;
  /** The channel, by its `key`. */
  channel: string;
  /** Who wrote it. */
  user: string;
  text: string;
  /** Orders the messages; `messages_since` and `messages_until` are compared with it. */
  created_at: string;
  /** `system`, …; where null, `regular`, or `reply` in a thread. A deleted message is `deleted`, whatever stands here. */
  type?: string;
  html?: string;
  mml?: string;
  command?: string;
  updated_at?: string;
  message_text_updated_at?: string;
  /** Set when the message was deleted. It is exported all the same; its text can be asked to be cleared. */
  deleted_at?: string;
  /** A boolean: hidden by a truncation, exported only if asked for. */
  truncated?: string;
  /** The same as an instant: truncated if it is set. */
  truncated_at?: string;
  /** The message it answers in a thread. */
  parent_id?: string;
  show_in_channel?: string;
  quoted_message_id?: string;
  poll_id?: string;
  /** A JSON column with a list of objects, such as `{ "type": "image", "image_url": … }`. */
  attachments?: string;
  /** The ids of users, in an array or a JSON list. */
  mentioned_users?: string;
  mentioned_channel?: string;
  mentioned_here?: string;
  silent?: string;
  shadowed?: string;
  pinned?: string;
  pinned_at?: string;
  /** Id of a user. */
  pinned_by?: string;
  pin_expires?: string;
  /** A JSON column with the text by language. */
  i18n?: string;
  /** Ids of the users who may see it, in an array or a JSON list. */
  restricted_visibility?: string;
}

export interface ReactionFields {
  /** The message, by its id. */
  message: string;
  user: string;
  /** `like`, `heart`, … */
  type: string;
  score?: string;
  created_at?: string;
  updated_at?: string;
}

export interface ReadFields {
  /** The channel, by its `key`. */
  channel: string;
  user: string;
  last_read: string;
  last_read_message_id?: string;
  unread_messages?: string;
  last_delivered_at?: string;
  last_delivered_message_id?: string;
}

export interface CallFields {
  id: string;
  /** Whose call it is. With a row for each participant, each of them gets the call. */
  user: string;
  type?: string;
  /** The channel it was made in, by its `key`. */
  channel?: string;
  team?: string;
  /** Id of a user. */
  created_by?: string;
  created_at?: string;
  updated_at?: string;
  starts_at?: string;
  ended_at?: string;
  backstage?: string;
  recording?: string;
  transcribing?: string;
}
