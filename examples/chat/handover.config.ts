/**
 * How Lichthof's tables are the users, channels and messages that the chat SDKs export, and why the rest stays. Every
 * column of every table is named here. A config of your own imports from 'handover'.
 */
import { defineConfig, type SourceConfig } from '../../src/config/define.ts';

const { SOURCE_DATABASE_URL: url, CHAT_DATABASE_FOLDER: folder = '.handover/chat-database' } = process.env;
const chat: SourceConfig = url ? { type: 'postgres', url } : { type: 'pglite', folder };

export default defineConfig({
  product: { name: 'Lichthof', accentColor: '#7a4a12', support: 'help@lichthof.example' },
  sources: { chat },
  chat: {
    source: 'chat',

    users: {
      from: 'people',
      fields: {
        id: 'handle',
        name: 'display_name',
        image: 'picture_url',
        role: 'site_role',
        language: 'locale',
        created_at: 'joined_at',
        updated_at: 'changed_at',
        last_active: 'seen_at',
        deactivated_at: 'left_at',
        online: 'is_online',
        banned: 'is_banned',
        ban_expires: 'banned_until',
        blocked_user_ids: 'blocks',
      },
      custom: ['city', 'profile'],
      exclude: {
        // A profile stands beside each message of a channel, for everybody who gets that channel.
        email: { reason: 'internal', note: 'Not part of the profile that others see.' },
        trust_score: 'internal',
        password_hash: 'secret',
        totp_secret: 'secret',
        'profile.widgets[*].embed_key': 'secret',
      },
    },

    channels: {
      from: 'rooms',
      key: 'id',
      fields: {
        id: 'slug',
        type: 'kind',
        name: 'title',
        image: 'cover_url',
        created_by: 'host',
        created_at: 'opened_at',
        updated_at: 'changed_at',
        deleted_at: 'closed_at',
        truncated_at: 'cleared_at',
        last_message_at: 'last_post_at',
        frozen: 'is_frozen',
        disabled: 'is_paused',
        cooldown: 'slow_mode_seconds',
        member_count: 'people_count',
      },
      custom: ['topic', 'stream'],
      exclude: {
        id: { reason: 'internal', note: 'A number of ours; `livestream:white-room` names the room.' },
        invite_code: 'secret',
        'stream.ingest.key': 'secret',
      },
    },

    members: {
      from: 'room_members',
      fields: {
        channel: 'room_id',
        user: 'handle',
        role: 'standing',
        created_at: 'joined_at',
        updated_at: 'changed_at',
        banned: 'is_banned',
        ban_expires: 'banned_until',
        notifications_muted: 'is_quiet',
        pinned_at: 'starred_at',
      },
      custom: ['nickname'],
      exclude: { join_token: 'secret' },
    },

    messages: {
      from: 'posts',
      fields: {
        id: 'id',
        channel: 'room_id',
        user: 'author',
        text: 'body',
        type: 'special_kind',
        created_at: 'posted_at',
        updated_at: 'changed_at',
        message_text_updated_at: 'edited_at',
        deleted_at: 'removed_at',
        truncated_at: 'cleared_at',
        parent_id: 'answers_to',
        show_in_channel: 'also_in_room',
        quoted_message_id: 'quotes',
        attachments: 'files',
        mentioned_users: 'mentions',
        silent: 'is_silent',
        pinned: 'is_pinned',
        pinned_at: 'pinned_at',
        pinned_by: 'pinned_by',
      },
      custom: ['mood', 'extra'],
      exclude: {
        answer_count: { reason: 'derived', note: 'Counted anew from the answers.' },
        spam_score: 'internal',
      },
    },

    reactions: {
      from: 'post_reactions',
      fields: {
        message: 'post_id',
        user: 'handle',
        type: 'name',
        score: 'weight',
        created_at: 'reacted_at',
      },
      custom: ['emoji'],
    },

    reads: {
      from: 'read_markers',
      fields: {
        channel: 'room_id',
        user: 'handle',
        last_read: 'read_until',
        last_read_message_id: 'last_post_id',
        unread_messages: 'unread_count',
      },
      exclude: { device_id: 'internal' },
    },

    calls: {
      from: 'voice_calls',
      fields: {
        id: 'id',
        user: 'caller',
        channel: 'room_id',
        created_at: 'began_at',
        ended_at: 'ended_at',
        recording: 'was_recorded',
      },
      custom: [{ quality: 'call_quality' }],
      exclude: { join_secret: 'secret', relay_cost: 'internal' },
    },

    leftOut: {
      device_tokens: { reason: 'secret', note: 'Whoever has one can send to that device.' },
      reports: { reason: 'third-party', note: 'What others told the hosts in confidence.' },
    },
  },
});
