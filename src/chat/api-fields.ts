/**
 * How each field of the chat API leaves, in the order in which it stands. A field that the product keeps no column for
 * stands with its default (`always`), or only in answers of v2 whose clients insist on it (`v2`), or not (`mapped`).
 * A `made` field is put together from other rows; a `hidden` one is read and never leaves under its own name.
 */
export interface ApiField {
  kind: FieldKind;
  stands: 'always' | 'v2' | 'mapped' | 'made' | 'hidden';
  /** SQL of the default where that of the kind does not fit. */
  otherwise?: string;
}

export type FieldKind = 'text' | 'instant' | 'flag' | 'count' | 'list' | 'object' | 'json';

const always = (kind: FieldKind, otherwise?: string): ApiField => ({
  kind,
  stands: 'always',
  ...(otherwise !== undefined && { otherwise }),
});
const mapped = (kind: FieldKind): ApiField => ({ kind, stands: 'mapped' });
const inV2 = (kind: FieldKind, otherwise?: string): ApiField => ({
  ...always(kind, otherwise),
  stands: 'v2',
});
const made: ApiField = { kind: 'text', stands: 'made' };
const hidden: ApiField = { kind: 'text', stands: 'hidden' };

export const userFields: Record<string, ApiField> = {
  id: always('text'),
  name: mapped('text'),
  image: mapped('text'),
  role: always('text', "'user'::text"),
  language: inV2('text', "''::text"),
  teams: inV2('list'),
  created_at: always('instant'),
  updated_at: always('instant'),
  last_active: always('instant'),
  deactivated_at: mapped('instant'),
  deleted_at: mapped('instant'),
  online: always('flag'),
  invisible: inV2('flag'),
  banned: always('flag'),
  ban_expires: mapped('instant'),
  shadow_banned: inV2('flag'),
  blocked_user_ids: inV2('list'),
};

export const channelFields: Record<string, ApiField> = {
  cid: made,
  id: always('text'),
  type: always('text'),
  name: mapped('text'),
  image: mapped('text'),
  team: mapped('text'),
  last_message_at: made,
  created_by: made,
  created_at: always('instant'),
  updated_at: always('instant'),
  deleted_at: mapped('instant'),
  truncated_at: mapped('instant'),
  truncated_by: made,
  frozen: always('flag'),
  disabled: always('flag'),
  cooldown: mapped('count'),
  member_count: made,
  message_count: mapped('count'),
  auto_translation_enabled: mapped('flag'),
  auto_translation_language: mapped('text'),
  filter_tags: mapped('list'),
  config: always('object'),
};

export const memberFields: Record<string, ApiField> = {
  channel_cid: made,
  user_id: made,
  user: made,
  status: always('text', "'member'::text"),
  created_at: always('instant'),
  updated_at: always('instant'),
  deleted_at: mapped('instant'),
  banned: always('flag'),
  ban_expires: mapped('instant'),
  shadow_banned: always('flag'),
  role: always('text', "'member'::text"),
  channel_role: always('text', "'channel_member'::text"),
  is_moderator: mapped('flag'),
  invited: mapped('flag'),
  invite_accepted_at: mapped('instant'),
  invite_rejected_at: mapped('instant'),
  notifications_muted: always('flag'),
  archived_at: always('instant'),
  pinned_at: always('instant'),
  channel: hidden,
};

export const messageFields: Record<string, ApiField> = {
  id: always('text'),
  text: made,
  html: made,
  type: made,
  mml: mapped('text'),
  command: mapped('text'),
  user_id: made,
  user: made,
  attachments: always('list'),
  latest_reactions: made,
  own_reactions: made,
  reaction_counts: made,
  reaction_scores: made,
  reaction_groups: made,
  reply_count: made,
  deleted_reply_count: made,
  cid: made,
  parent_id: mapped('text'),
  show_in_channel: mapped('flag'),
  quoted_message_id: mapped('text'),
  poll_id: mapped('text'),
  created_at: always('instant'),
  updated_at: always('instant'),
  deleted_at: mapped('instant'),
  message_text_updated_at: mapped('instant'),
  truncated: hidden,
  truncated_at: mapped('instant'),
  shadowed: always('flag'),
  mentioned_users: { kind: 'list', stands: 'made' },
  mentioned_channel: inV2('flag'),
  mentioned_here: inV2('flag'),
  restricted_visibility: inV2('list'),
  silent: always('flag'),
  pinned: always('flag'),
  pinned_at: always('instant'),
  pinned_by: made,
  pin_expires: always('instant'),
  i18n: { kind: 'object', stands: 'made' },
  channel: hidden,
};

export const reactionFields: Record<string, ApiField> = {
  message_id: made,
  user_id: made,
  user: made,
  type: always('text'),
  score: always('count', '1'),
  created_at: always('instant'),
  updated_at: always('instant'),
  message: hidden,
};

export const readFields: Record<string, ApiField> = {
  channel_cid: made,
  user_id: made,
  user: made,
  last_read: always('instant'),
  last_read_message_id: mapped('text'),
  unread_messages: always('count'),
  last_delivered_at: mapped('instant'),
  last_delivered_message_id: mapped('text'),
  channel: hidden,
};

export const callFields: Record<string, ApiField> = {
  id: always('text'),
  type: mapped('text'),
  user_id: made,
  channel_cid: made,
  team: mapped('text'),
  created_by: made,
  created_at: always('instant'),
  updated_at: always('instant'),
  starts_at: mapped('instant'),
  ended_at: mapped('instant'),
  backstage: mapped('flag'),
  recording: mapped('flag'),
  transcribing: mapped('flag'),
  user: hidden,
  channel: hidden,
};
