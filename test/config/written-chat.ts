import { loadJson, small } from './written-config.ts';

/** The least that a chat can say. */
export const smallChat = {
  users: { from: 'people', fields: { id: 'handle' } },
  channels: { from: 'rooms', fields: { id: 'slug', type: 'kind' } },
  members: { from: 'room_members', fields: { channel: 'room_id', user: 'handle' } },
  messages: {
    from: 'posts',
    fields: { id: 'id', channel: 'room_id', user: 'author', text: 'body', created_at: 'posted_at' },
  },
};

/** A config with a chat and no other export. */
export function withChat(change: object) {
  return { product: small.product, sources: small.sources, chat: { ...smallChat, ...change } };
}

export async function loadChat(change: object = {}) {
  const { chat } = await loadJson(withChat(change));
  if (chat === null) throw new Error('The config has lost its chat.');
  return chat;
}
