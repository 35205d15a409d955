import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChannelsRequest } from '../../src/chat/request.ts';
import { channelsRequest, exportFile, mapping, wanted, whiteRoom } from './chat-product.ts';
import { openProduct } from './opened-product.ts';
import { assertValid, type Line, validLines } from './schemas.ts';

const product = await openProduct();
const zoe = `o'neil"; drop table chat.posts; --`;

interface Entry {
  channel: Record<string, unknown>;
  messages: Record<string, unknown>[];
  members: Record<string, unknown>[];
  read?: Record<string, unknown>[];
}

interface Mentions {
  pinned_by: { id: string };
  mentioned_users: { id: string }[];
}

type Test = Parameters<typeof exportFile>[0];

async function v1(t: Test, more: Partial<ChannelsRequest> = {}, chat = mapping): Promise<Entry[]> {
  const { text } = await exportFile(t, product.snapshot, channelsRequest(more), { chat });
  assert(!text.includes('CANARY_'), 'something left that must not');
  const file = JSON.parse(text);
  assertValid('channels-v1', file);
  return file;
}

async function v2(t: Test, more: Partial<ChannelsRequest> = {}): Promise<Line[]> {
  const request = channelsRequest({ version: 'v2', ...more });
  const { text } = await exportFile(t, product.snapshot, request);
  assert(!text.includes('CANARY_'), 'something left that must not');
  return validLines('channels-v2-line', text);
}

const idsOf = (entry: Entry | undefined) => entry?.messages.map(({ id }) => id);

describe('a channel file of version v1', () => {
  test('is a list with an entry for each channel, in the order asked for', async (t) => {
    const names = [wanted('messaging', 'empty'), whiteRoom, wanted('livestream', 'empty')];
    const file = await v1(t, { channels: names });
    assert.deepEqual(
      file.map(({ channel }) => channel.cid),
      ['messaging:empty', 'livestream:white-room', 'livestream:empty'],
    );
  });

  test('says what a channel is, with its own columns beside the fields of the API', async (t) => {
    const [entry] = await v1(t);
    const { created_by: creator, ...channel } = entry?.channel ?? {};
    assert.deepEqual(channel, {
      cid: 'livestream:white-room',
      id: 'white-room',
      type: 'livestream',
      name: 'The white room',
      last_message_at: '2020-11-12T00:00:00.000000Z',
      created_at: '2020-02-01T00:00:00.000000Z',
      updated_at: '2020-02-01T00:00:00.000000Z',
      deleted_at: null,
      truncated_at: '2020-11-01T00:00:00.000000Z',
      frozen: false,
      disabled: false,
      member_count: 3,
      config: {},
      topic: { a: Number('9007199254740993') },
    });
    assert.deepEqual(creator, {
      id: 'alice',
      name: 'Alice 🦊',
      role: 'admin',
      created_at: '2020-01-01T00:00:00.000001Z',
      updated_at: '2020-01-01T00:00:00.000001Z',
      last_active: null,
      deleted_at: null,
      online: false,
      banned: false,
      mood: 'merry',
      born_at: '1990-02-03T04:05:06.000000Z',
      settings: { theme: 'dark', push: { on: true } },
    });
  });

  test('holds the messages oldest first, those of one instant by their id', async (t) => {
    const [entry] = await v1(t);
    assert.deepEqual(idsOf(entry), [
      ...['9007199254740993', '9007199254740994', '9007199254740995', '9007199254740996'],
      ...['9007199254740997', '9007199254740998'],
    ]);
  });

  test('keeps every character and every digit', async (t) => {
    const { text } = await exportFile(t, product.snapshot, channelsRequest());
    assert(text.includes('"size": 12345678901234567890'), 'a number beyond doubles lost digits');
    assert(text.includes('"weight":1.50'), 'a decimal lost a digit');
    assert(text.includes('{"a": 9007199254740993}'));
    const message = JSON.parse(text)[0].messages[0];
    assert.equal(message.text, 'first <b>&"\u2028\u0085\t\n\u0001\\ 👩‍👩‍👧');
    assert.equal(message.html, '<p>first &lt;b&gt;&amp;&quot;\u2028\u0085\t\n\u0001\\ 👩‍👩‍👧</p>');
  });

  test('says who reacted, by type', async (t) => {
    const [entry] = await v1(t);
    const message = entry?.messages[0] ?? {};
    assert.deepEqual(message.reaction_counts, { like: 2, '❤️': 1 });
    assert.deepEqual(message.reaction_scores, { like: 3, '❤️': 1 });
    assert.deepEqual(message.reaction_groups, {
      like: {
        count: 2,
        sum_scores: 3,
        first_reaction_at: '2020-11-10T09:31:00.000000Z',
        last_reaction_at: '2020-11-10T09:32:00.250000Z',
      },
      '❤️': {
        count: 1,
        sum_scores: 1,
        first_reaction_at: '2020-11-10T09:33:00.000000Z',
        last_reaction_at: '2020-11-10T09:33:00.000000Z',
      },
    });
    const latest = message.latest_reactions as { user_id: string; user: { id: string } | null }[];
    assert.deepEqual(
      latest.map(({ user_id: id, user }) => [id, user?.id ?? null]),
      [
        ['alice', 'alice'],
        ['left', null],
        ['bob', 'bob'],
      ],
    );
  });

  test('names threads, pins, quotes and mentions', async (t) => {
    const [entry] = await v1(t);
    const [first, second, third] = entry?.messages ?? [];
    assert.deepEqual([first?.reply_count, first?.deleted_reply_count, second?.reply_count], [1, 1, 0]);
    assert.deepEqual([third?.type, third?.parent_id], ['reply', '9007199254740993']);
    assert.equal(second?.quoted_message_id, '9007199254740993');
    assert(first);
    const { pinned_by: pinnedBy, mentioned_users: mentioned } = first as unknown as Mentions;
    assert.equal(pinnedBy.id, 'bob');
    assert.deepEqual(
      mentioned.map(({ id }) => id),
      ['bob', 'left', 'alice'],
    );
    assert.deepEqual(mentioned[1], { id: 'left' });
  });

  test('keeps the id of a user who is unknown, and says null for the rest', async (t) => {
    const [entry] = await v1(t);
    const message = entry?.messages.find(({ id }) => id === '9007199254740997');
    assert.deepEqual([message?.user_id, message?.user], ['left', null]);
    const member = entry?.members.find(({ user_id: id }) => id === 'left');
    assert.deepEqual([member?.user, member?.role], [null, 'member']);
  });

  test('still says who a deleted user was', async (t) => {
    const [entry] = await v1(t);
    const last = entry?.messages.at(-1);
    assert(last);
    const user = last.user as Record<string, unknown>;
    assert.deepEqual([user.id, user.name, user.deleted_at], [zoe, 'Zoë', '2022-01-01T00:00:00.000000Z']);
  });

  test('has empty lists for a channel without messages and members', async (t) => {
    const [entry] = await v1(t, { channels: [wanted('messaging', 'empty')] });
    assert.deepEqual([entry?.messages, entry?.members, entry?.read], [[], [], []]);
    assert.deepEqual([entry?.channel.created_by, entry?.channel.last_message_at], [null, null]);
  });

  test('says how far each has read only where the product knows it', async (t) => {
    const [entry] = await v1(t);
    assert.deepEqual(
      entry?.read?.map(({ user_id: id, last_read: at, unread_messages: unread }) => [id, at, unread]),
      [
        ['alice', '2020-11-10T12:00:00.000000Z', 0],
        ['bob', '2020-11-10T10:00:00.000000Z', 3],
      ],
    );
    const [without] = await v1(t, {}, { ...mapping, reads: null, reactions: null, calls: null });
    assert(without && !('read' in without));
    assert.deepEqual(without.messages[0]?.reaction_counts, {});
  });
});

describe('a channel file of version v2', () => {
  test('has a line for each entity, in the order of an import', async (t) => {
    const lines = await v2(t, { channels: [whiteRoom, wanted('messaging', 'empty')] });
    assert.deepEqual(typesOf(lines), [
      ...['channel', 'member', 'member', 'member'],
      ...['message', 'message', 'message', 'message', 'message', 'message'],
      ...['reaction', 'reaction', 'reaction', 'read', 'read', 'channel'],
    ]);
  });

  test('says the same of an entity as v1', async (t) => {
    const lines = await v2(t);
    const [entry] = await v1(t);
    const of = (type: string) => lines.filter((line) => line.type === type).map(({ data }) => data);
    assert.deepEqual(of('channel'), [entry?.channel]);
    assert.deepEqual(of('message'), entry?.messages);
    assert.deepEqual(of('member'), entry?.members);
    assert.deepEqual(of('read'), entry?.read);
  });

  test('begins with the users who are members, wrote or reacted, when they are asked for', async (t) => {
    const lines = await v2(t, { channels: [whiteRoom, wanted('messaging', 'empty')], exportUsers: true });
    const users = lines.filter(({ type }) => type === 'user');
    assert.deepEqual(
      users.map(({ data }) => data.id),
      ['alice', 'bob', zoe],
    );
    assert.deepEqual(typesOf(lines).slice(0, 4), ['user', 'user', 'user', 'channel']);
  });
});

describe('the options of a channel export', () => {
  test('messages_since and messages_until are both inclusive, to the microsecond', async (t) => {
    const range = (since: string | null, until: string | null) =>
      v1(t, { channels: [wanted('livestream', 'white-room', since, until)] }).then(([entry]) => idsOf(entry));
    assert.deepEqual(await range('2020-11-10T11:30:00.000001Z', null), ['9007199254740998']);
    assert.deepEqual(await range('2020-11-10T11:30:00.000002Z', null), []);
    assert.deepEqual(await range(null, '2020-11-10T09:30:00.000001Z'), ['9007199254740993']);
    assert.deepEqual(await range(null, '2020-11-10T09:30:00.000000Z'), []);
    const both = await range('2020-11-10T10:00:00.000000Z', '2020-11-10T11:30:00.000000Z');
    assert.deepEqual(both?.length, 4);
  });

  test('truncated messages stay out unless they are asked for', async (t) => {
    const truncated = ['9007199254740992', '9007199254740999'];
    const [without] = await v1(t);
    assert.deepEqual(
      idsOf(without)?.filter((id) => truncated.includes(String(id))),
      [],
    );
    const [entry] = await v1(t, { includeTruncatedMessages: true });
    assert.deepEqual([idsOf(entry)?.at(0), idsOf(entry)?.at(-1), idsOf(entry)?.length], [...truncated, 8]);
  });

  test('a channel that was deleted softly is there only if it is asked for', async (t) => {
    const channels = [wanted('messaging', 'gone')];
    assert.deepEqual(await v1(t, { channels }), []);
    assert.deepEqual(await v2(t, { channels }), []);
    const [entry] = await v1(t, { channels, includeSoftDeletedChannels: true });
    assert.equal(entry?.channel.deleted_at, '2021-01-01T00:00:00.000000Z');
    assert.deepEqual(idsOf(entry), ['10']);
  });

  test('the text of deleted messages stays, unless it is asked to be cleared', async (t) => {
    const deleted = async (more: Partial<ChannelsRequest>) => {
      const [entry] = await v1(t, more);
      return entry?.messages.find(({ type }) => type === 'deleted') ?? {};
    };
    const kept = await deleted({});
    assert.deepEqual([kept.text, kept.html], ['taken back', '<p>taken back</p>']);
    const { text, html, attachments, deleted_at: at } = await deleted({ clearDeletedMessageText: true });
    assert.deepEqual([text, html, at], ['', '', '2020-11-10T11:01:00.000000Z']);
    assert.deepEqual(attachments, [{ type: 'file' }]);
    const [entry] = await v1(t, { clearDeletedMessageText: true });
    assert.equal(entry?.messages[1]?.text, 'at the same time');
  });

  test('an id is a value, whatever it says', async (t) => {
    const names = ["it's; drop table chat.rooms; --", `'; select pg_sleep(9); --`, '\\', `$$"'`, 'ähm 🦊'];
    const file = await v1(t, { channels: names.map((id) => wanted('messaging', id)) });
    assert.deepEqual(
      file.map(({ channel }) => channel.id),
      ["it's; drop table chat.rooms; --"],
    );
    assert.deepEqual(await product.ask('select count(*)::text from chat.rooms'), ['5']);
  });
});

test('an embedded database gives the same file', async (t) => {
  const { snapshot } = await openProduct('', 'pglite');
  for (const version of ['v1', 'v2'] as const) {
    const request = channelsRequest({ version, exportUsers: version === 'v2' });
    const [one, other] = [
      await exportFile(t, snapshot, request),
      await exportFile(t, product.snapshot, request),
    ];
    assert.equal(one.text, other.text);
  }
});

function typesOf(lines: Line[]): string[] {
  return lines.map(({ type }) => type);
}
