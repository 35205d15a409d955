import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type ChatLayout, layOutChatDocument } from '../../src/archive/chat-document.ts';
import { openArchive } from '../../src/archive/open-archive.ts';
import type { StoredPart } from '../../src/archive/stored-part.ts';
import { writePart } from '../../src/archive/write-part.ts';
import { countSections } from '../../src/chat/count-sections.ts';
import { csvHeader } from '../../src/chat/csv.ts';
import type { ChannelsRequest, ChatRequest, WantedChannel } from '../../src/chat/request.ts';
import { chatSections } from '../../src/chat/sections.ts';
import type { ChatEntity, ResolvedChat } from '../../src/config/resolved.ts';
import { findGaps, type SectionCount } from '../../src/lifecycle/balance.ts';
import type { Reader } from '../../src/sources/source.ts';
import { anExport } from '../archive/archive-folder.ts';

/** A chat product on a schema of its own: names, types and keys are not those of the API. */
export const tables = `
  create schema chat;
  create table chat.people (
    id text primary key, handle text, kind text, joined_at timestamptz, changed_at timestamptz, gone_at timestamptz,
    is_banned boolean, mood text, born_at timestamptz, settings jsonb, password_hash text
  );
  create table chat.rooms (
    key bigint primary key, kind text not null, slug text not null, title text, owner text, made_at timestamptz,
    deleted_at timestamptz, cleared_at timestamptz, topic jsonb
  );
  create table chat.room_members (
    room bigint not null, person text not null, role text, since timestamptz, primary key (room, person)
  );
  create table chat.posts (
    id bigint primary key, room bigint not null, author text, body text, posted_at timestamptz(6) not null,
    deleted_at timestamptz, parent bigint, quoted bigint, files jsonb, mentions text[], pinned_at timestamptz, pinner text,
    is_hidden boolean, weight numeric, draft text
  );
  create index on chat.posts (room, posted_at);
  create index on chat.posts (author, posted_at);
  create table chat.post_reactions (
    post bigint not null, person text not null, emoji text not null, points int, at timestamptz, note text,
    primary key (post, person, emoji)
  );
  create table chat.read_markers (room bigint, person text, read_until timestamptz, unread int);
  create table chat.voice_calls (id uuid, caller text, room bigint, began_at timestamptz, seconds int);
`;

/** The mapping, as the config would resolve it. */
export const mapping: ResolvedChat = {
  source: 'main',
  leftOut: [],
  policy: {
    retentionMs: 5_184_000_000,
    addressLifeMs: 86_400_000,
    channelsPerRequest: 25,
    usersPerRequest: 25,
    messagesPerUser: 10_000,
    retries: 5,
    rowsPerPart: 100_000,
    rateLimits: { exportChannels: 60, exportUsers: 60, exportUser: 60, exportStatus: 600 },
  },
  users: entity(
    'people',
    {
      ...{ id: 'id', name: 'handle', role: 'kind', created_at: 'joined_at', updated_at: 'changed_at' },
      ...{ deleted_at: 'gone_at', banned: 'is_banned' },
    },
    { mood: 'mood', born_at: 'born_at', settings: 'settings' },
    { settings: [['push', 'token']] },
  ),
  channels: {
    ...entity(
      'rooms',
      {
        ...{ id: 'slug', type: 'kind', name: 'title', created_by: 'owner', created_at: 'made_at' },
        ...{ deleted_at: 'deleted_at', truncated_at: 'cleared_at' },
      },
      { topic: 'topic' },
      { topic: [['secret']] },
    ),
    key: 'key',
  },
  members: entity('room_members', { channel: 'room', user: 'person', role: 'role', created_at: 'since' }),
  messages: entity(
    'posts',
    {
      ...{ id: 'id', channel: 'room', user: 'author', text: 'body', created_at: 'posted_at' },
      ...{ deleted_at: 'deleted_at', parent_id: 'parent', quoted_message_id: 'quoted', attachments: 'files' },
      ...{ mentioned_users: 'mentions', pinned_at: 'pinned_at', pinned_by: 'pinner', truncated: 'is_hidden' },
    },
    { weight: 'weight' },
    { attachments: [['upload', 'key']] },
  ),
  reactions: entity(
    'post_reactions',
    { message: 'post', user: 'person', type: 'emoji', score: 'points', created_at: 'at' },
    { note: 'note' },
  ),
  reads: entity('read_markers', {
    channel: 'room',
    user: 'person',
    last_read: 'read_until',
    unread_messages: 'unread',
  }),
  calls: entity(
    'voice_calls',
    { id: 'id', user: 'caller', channel: 'room', created_at: 'began_at' },
    { seconds: 'seconds' },
  ),
};

/** Three people, five rooms; the password and the tokens carry a canary, which nothing may hold. */
export const rows = `
  insert into chat.people values
    ('alice', 'Alice 🦊', 'admin', '2020-01-01T00:00:00.000001Z', null, null, false, 'merry',
      '1990-02-03T04:05:06Z', '{"theme":"dark","push":{"token":"CANARY_1","on":true}}', 'CANARY_2'),
    ('bob', 'Bob', null, '2020-01-02T00:00:00.5Z', '2020-01-03T00:00:00Z', null, true, null, null, null, 'CANARY_3'),
    ('o''neil"; drop table chat.posts; --', 'Zoë', null, null, null, '2022-01-01T00:00:00Z', null, null, null, '[]', null);
  insert into chat.rooms values
    (9007199254740993, 'livestream', 'white-room', 'The white room', 'alice', '2020-02-01T00:00:00Z', null,
      '2020-11-01T00:00:00Z', '{"a":9007199254740993,"secret":"CANARY_4"}'),
    (2, 'messaging', 'empty', null, 'nobody', null, null, null, null),
    (3, 'messaging', 'gone', null, null, null, '2021-01-01T00:00:00Z', null, null),
    (4, 'messaging', 'it''s; drop table chat.rooms; --', null, null, null, null, null, null),
    (5, 'livestream', 'empty', 'Another of this name', null, null, null, null, null);
  insert into chat.room_members values
    (9007199254740993, 'alice', 'owner', '2020-02-01T00:00:00Z'), (9007199254740993, 'bob', null, '2020-02-02T00:00:00.123456Z'),
    (9007199254740993, 'left', 'member', null), (3, 'bob', null, null);
  insert into chat.posts (id, room, author, body, posted_at, deleted_at, parent, quoted, files, mentions, pinned_at, pinner, is_hidden, weight, draft) values
    (9007199254740992, 9007199254740993, 'alice', 'before the truncation', '2020-11-01T00:00:00Z', null, null, null, null, null, null, null, null, null, 'CANARY_5'),
    (9007199254740993, 9007199254740993, 'alice', E'first <b>&"\\u2028\\u0085\\t\\n\\u0001\\\\ 👩‍👩‍👧', '2020-11-10T09:30:00.000001Z', null, null, null,
      '[{"type":"image","image_url":"https://example.org/1.png","size":12345678901234567890,"upload":{"key":"CANARY_6"}}]',
      '{bob,left,alice}', '2020-11-11T00:00:00Z', 'bob', false, 1.50, null),
    (9007199254740995, 9007199254740993, 'bob', 'an answer', '2020-11-10T10:00:00Z', null, 9007199254740993, null, 'null', '{}', null, null, null, null, null),
    (9007199254740994, 9007199254740993, 'bob', 'at the same time', '2020-11-10T10:00:00Z', null, null, 9007199254740993, null, null, null, null, null, null, null),
    (9007199254740996, 9007199254740993, 'bob', 'taken back', '2020-11-10T11:00:00.5Z', '2020-11-10T11:01:00Z', 9007199254740993, null, '[{"type":"file"}]', null, null, null, null, null, null),
    (9007199254740997, 9007199254740993, 'left', '=1+1', '2020-11-10T11:30:00Z', null, null, null, null, null, null, null, null, null, null),
    (9007199254740998, 9007199254740993, 'o''neil"; drop table chat.posts; --', null, '2020-11-10T11:30:00.000001Z', null, null, null, null, null, null, null, null, -5, null),
    (9007199254740999, 9007199254740993, 'alice', 'hidden', '2020-11-12T00:00:00Z', null, null, null, null, null, null, null, true, null, null),
    (10, 3, 'bob', 'in the room that is gone', '2020-12-01T00:00:00Z', null, null, null, null, null, null, null, null, null, null);
  insert into chat.post_reactions values
    (9007199254740993, 'bob', 'like', 2, '2020-11-10T09:31:00Z', 'CANARY-free'), (9007199254740993, 'left', 'like', null, '2020-11-10T09:32:00.25Z', null),
    (9007199254740993, 'alice', '❤️', 1, '2020-11-10T09:33:00Z', null), (10, 'alice', 'like', 1, '2020-12-01T00:00:01Z', null);
  insert into chat.read_markers values (9007199254740993, 'alice', '2020-11-10T12:00:00Z', null), (9007199254740993, 'bob', '2020-11-10T10:00:00Z', 3);
  insert into chat.voice_calls values ('5b0f4c1e-8a52-4e0f-9b5b-8f0e6b1f6a11', 'alice', 9007199254740993, '2020-11-13T00:00:00Z', 61);
`;

export const whiteRoom: WantedChannel = wanted('livestream', 'white-room');

export function wanted(
  type: string,
  id: string,
  messagesSince: string | null = null,
  messagesUntil: string | null = null,
): WantedChannel {
  return { type, id, messagesSince, messagesUntil };
}

export function channelsRequest(more: Partial<ChannelsRequest> = {}): ChannelsRequest {
  return {
    about: 'channels',
    channels: [whiteRoom],
    version: 'v1',
    format: 'json',
    includeTruncatedMessages: false,
    includeSoftDeletedChannels: false,
    clearDeletedMessageText: false,
    exportUsers: false,
    includeFields: [],
    ...more,
  };
}

/** The whole way of a file: read, sealed in parts of some sections, laid out, opened. */
export async function exportFile(
  t: TestContext,
  reader: Reader,
  request: ChatRequest,
  { chat = mapping, sectionsPerPart = 2 }: { chat?: ResolvedChat; sectionsPerPart?: number } = {},
): Promise<{ text: string; layout: ChatLayout }> {
  const { vault, key } = await anExport(t);
  const asked: ChatRequest =
    request.about === 'channels' && request.format === 'csv'
      ? { ...request, includeFields: csvHeader(chat, request.includeFields) }
      : request;
  const sections = chatSections(chat, asked);
  const parts: StoredPart[] = [];
  for (let from = 0; from < sections.length; from += sectionsPerPart) {
    const some = sections.slice(from, from + sectionsPerPart).map(({ name, query, separator, format }) => ({
      category: name,
      chunks: format === 'csv' ? reader.readCsv(query, {}) : reader.readQuery(query, { separator }),
    }));
    const name = `e_1/part-${parts.length}`;
    const written = await writePart({ store: vault.store, recipient: key.recipient }, name, some);
    parts.push({ name, sections: written.sections, headSha256: written.headSha256 });
  }
  const { cuts, counts } = await countSections(reader, chat, asked);
  requireBalance(counts, parts);
  const layout = layOutChatDocument(asked, cuts, parts);
  const chunks: Uint8Array[] = [];
  for await (const chunk of openArchive({ store: vault.store, identity: key.identity }, layout).read())
    chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== layout.sizeBytes)
    throw new Error(`${layout.sizeBytes} bytes announced, ${bytes.length} came.`);
  return { text: bytes.toString('utf8'), layout };
}

/** Whatever a test asks for: what was read is what was counted. */
function requireBalance(counts: SectionCount[], parts: StoredPart[]): void {
  const sections = parts.flatMap((part) => part.sections);
  const rows = new Map(sections.map(({ category, rows }) => [category, rows]));
  assert.deepEqual(findGaps(counts, rows), []);
}

function entity(
  table: string,
  fields: Record<string, string>,
  custom: Record<string, string> = {},
  omit: Record<string, string[][]> = {},
): ChatEntity {
  const columns = (names: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(names).map(([key, column]) => [key, { column, omit: omit[key] ?? [] }]),
    );
  return {
    schema: 'chat',
    table,
    fields: columns(fields),
    custom: columns(custom),
    leftOut: [],
    classes: {},
    sensitive: [],
  };
}
