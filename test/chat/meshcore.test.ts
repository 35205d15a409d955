import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { type ChatSection, chatSections } from '../../src/chat/sections.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ResolvedChat } from '../../src/config/resolved.ts';
import type { Reader } from '../../src/sources/source.ts';
import { closeAll, postgresProduct } from '../sources/drivers.ts';
import { copyMeshcore, meshcoreFolder, withoutMeshcore } from '../support/meshcore.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { channelsRequest, wanted } from './chat-product.ts';
import { assertValid } from './schemas.ts';

interface Row extends Record<string, unknown> {
  id: string;
  channel_id: string;
  user_id: string;
  created_at: string;
}

test('a large set of real messages leaves as it stands, channel by channel and user by user', {
  skip: withoutMeshcore,
}, async () => {
  const url = await copyMeshcore(await sharedPostgres());
  const { source } = await postgresProduct(url);
  try {
    const { chat } = await loadConfig('examples/chat/handover.config.ts');
    assert(chat);
    const snapshot = await source.openSnapshot();
    const rows = meshcoreLines('messages').map((line): Row => JSON.parse(line));
    assert.equal(rows.length, 91_749);
    await channelsHoldEveryMessage(snapshot, chat, rows);
    await usersHoldTheirNewest(snapshot, chat, rows);
    await snapshot.close();
  } finally {
    await closeAll();
  }
});

async function channelsHoldEveryMessage(reader: Reader, chat: ResolvedChat, rows: Row[]): Promise<void> {
  const byChannel = Map.groupBy(rows, ({ channel_id: channel }) => channel);
  const reactions = Map.groupBy(
    meshcoreLines('reactions').map((line): { message_id: string } => JSON.parse(line)),
    ({ message_id: message }) => message,
  );
  const channels = meshcoreLines('channels').map((line): { id: string; type: string } => JSON.parse(line));
  for (let from = 0; from < channels.length; from += 25) {
    const some = channels.slice(from, from + 25);
    const request = channelsRequest({
      channels: some.map(({ type, id }) => wanted(type, id)),
      version: 'v2',
    });
    for (const section of chatSections(chat, request)) {
      const [index, part] = section.name.split('/');
      if (part !== 'messages') continue;
      const channel = some[Number(index)];
      const expected = byChannel.get(channel?.id ?? '') ?? [];
      compare(await read(reader, section), expected, reactions);
    }
  }
}

async function usersHoldTheirNewest(reader: Reader, chat: ResolvedChat, rows: Row[]): Promise<void> {
  const byUser = [...Map.groupBy(rows, ({ user_id: user }) => user)];
  const users = byUser.sort(([, a], [, b]) => b.length - a.length).slice(0, 25);
  const limit = 1_000;
  const userIds = users.map(([id]) => id);
  for (const section of chatSections(chat, { about: 'users', userIds, maxMessagesPerUser: limit })) {
    const [index, part] = section.name.split('/');
    if (part !== 'messages') continue;
    const newest = inOrder(users[Number(index)]?.[1] ?? []).slice(-limit);
    compare(await read(reader, section), newest, null);
  }
}

function compare(messages: Row[], expected: Row[], reactions: Map<string, unknown[]> | null): void {
  assert.equal(messages.length, expected.length);
  for (const [index, row] of inOrder(expected).entries()) {
    const message = messages[index];
    assert(message);
    assertValid('channels-v2-line', { type: 'message', data: message });
    for (const key of ['id', 'user_id', 'text', 'parent_id', 'quoted_message_id'])
      assert.deepEqual(message[key], row[key], `${key} of ${row.id}`);
    assert.deepEqual(message.attachments, row.attachments);
    assert.equal(message.created_at, row.created_at.replace('Z', '000Z'));
    if (!reactions) continue;
    const counts = Object.values(message.reaction_counts as Record<string, number>);
    const reacted = reactions.get(row.id)?.length ?? 0;
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      reacted,
    );
  }
}

function meshcoreLines(table: string): string[] {
  const bytes = readFileSync(join(meshcoreFolder ?? '', `${table}.ndjson.zst`));
  return zstdDecompressSync(bytes).toString('utf8').trimEnd().split('\n');
}

/** By the instant, then by the id as a number. */
function inOrder(rows: Row[]): Row[] {
  return rows.toSorted(
    (a, b) => a.created_at.localeCompare(b.created_at) || Number(BigInt(a.id) - BigInt(b.id)),
  );
}

async function read(reader: Reader, { query }: ChatSection): Promise<Row[]> {
  const pieces: string[] = [];
  for await (const { bytes } of reader.readQuery(query, { separator: Buffer.from(',') }))
    pieces.push(Buffer.from(bytes).toString());
  return JSON.parse(`[${pieces.join('')}]`);
}
