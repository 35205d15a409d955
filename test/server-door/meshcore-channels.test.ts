import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertValid, validLines } from '../chat/schemas.ts';
import { withoutMeshcore } from '../support/meshcore.ts';
import type { Entity, Kind } from './meshcore-rows.ts';
import { assertNothingLeft, chunks, names, only, openMeshcore, run, tick } from './meshcore-walk.ts';

describe('the set chat-meshcore, 25 channels at a time', { skip: withoutMeshcore }, () => {
  it('leaves whole, as v2 and as v1', async (t) => {
    const { ground, client, rows } = await openMeshcore(t);
    const asked = chunks(await names(ground, `select kind || ':' || slug from rooms order by id`));
    const jobs = (version: string) =>
      asked.map((cids) => ({
        path: '/export_channels' as const,
        body: { channels: cids.map((cid) => ({ cid })), version, include_soft_deleted_channels: true },
      }));

    await t.test('v2: every row of channels, members, messages and reactions', async (t) => {
      const left = only(rows, ['channel', 'member', 'message', 'reaction']);
      await run(t, client, jobs('v2'), (text) => {
        for (const { type, data } of validLines('channels-v2-line', text)) tick(left, type as Kind, data);
      });
      assertNothingLeft(left);
    });

    await t.test('v1: every row of channels, members and messages, oldest first', async (t) => {
      const left = only(rows, ['channel', 'member', 'message']);
      await run(t, client, jobs('v1'), (text, index) => {
        const entries: { channel: Entity; messages: Entity[]; members: Entity[] }[] = JSON.parse(text);
        assertValid('channels-v1', entries);
        assert.deepEqual(
          entries.map(({ channel }) => channel.cid),
          asked[index],
        );
        for (const { channel, messages, members } of entries) {
          tick(left, 'channel', channel);
          for (const member of members) tick(left, 'member', member);
          for (const message of messages) tick(left, 'message', message);
          assertOldestFirst(messages);
        }
      });
      assertNothingLeft(left);
    });
  });
});

function assertOldestFirst(messages: Entity[]): void {
  const places = messages.map(({ created_at: at, id }) => `${at} ${id}`);
  assert.deepEqual(places, places.toSorted());
}
