import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../src/archive/manifest.ts';
import { verifyArchive } from '../../src/archive/verify-archive.ts';
import { assertManifest } from '../archive/manifest-schema.ts';
import { clientOf, download, type Key, openDoor } from './door.ts';

const channels = [{ cid: 'livestream:white-room' }];
const requests = {
  'a JSON list': ['/export_channels', { channels }],
  lines: ['/export_channels', { channels, version: 'v2', export_users: true }],
  csv: ['/export_channels', { channels, version: 'v2', format: 'csv', include_fields: ['id', 'text'] }],
  users: ['/export/users', { user_ids: ['alice', 'bob'] }],
} as const;

describe('the manifest of a file of the server door', () => {
  it('proves each format, and says what was counted and cut', async (t) => {
    const door = await openDoor(t, { policy: { messagesPerUser: 2 } });
    const key = await door.createKey('shop');
    const other = await door.createKey('other');
    const client = await clientOf(door, key);
    for (const [format, [path, body]] of Object.entries(requests)) {
      const id = await client.start(path, body);
      const { result } = await client.whenOver(id);
      const text = await manifestOf(door.url, id, key);
      assertManifest(JSON.parse(text));
      const bytes = [Buffer.from(await download(result?.url ?? ''))];
      const { finding, manifest } = await verifyArchive(text, inTurn(bytes), [
        door.parts.vault.signer.publicKey,
      ]);
      assert.equal(finding, null, format);
      assert.equal(manifest.complete, true, format);
      const messages = manifest.categories.find(({ name }) => name === '0/messages');
      assert.ok(messages && messages.rows > 0 && messages.rowsFailed === 0, format);
      if (format === 'users') assertCut(manifest, messages);
      assert.ok(
        manifest.entities.some(({ name, fields }) => name === 'messages' && fields.length > 0),
        format,
      );
      assert.equal((await ask(door.url, id, other)).status, 404);
    }
  });
});

function assertCut(manifest: Manifest, messages: Manifest['categories'][number]): void {
  assert.equal(messages.rows, 2);
  assert.deepEqual(messages.rule, { name: 'messagesPerUser', words: null });
  const [cut] = manifest.cuts;
  assert.equal(cut?.userId, 'alice');
  assert.equal(cut?.messagesTotal, messages.rowsInScope);
  assert.equal(messages.rowsLeftOut, (messages.rowsInScope ?? 0) - 2);
}

function ask(url: string, id: string, { key, secret }: Key): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
  return fetch(`${url}/v1/exports/${id}/manifest`, { headers: { authorization } });
}

/** Waits as long as it is told to. */
async function manifestOf(url: string, id: string, key: Key): Promise<string> {
  for (;;) {
    const answer = await ask(url, id, key);
    if (answer.ok) return answer.text();
    assert.equal(answer.status, 409);
    await sleep(Number(answer.headers.get('retry-after')) * 100);
  }
}

async function* inTurn(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
