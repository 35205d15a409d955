import { otherRooms } from './other-rooms.ts';
import { canary, deviceTokens, people } from './people.ts';
import { whiteRoom } from './white-room.ts';
import { emojiOf, type WrittenPost, type WrittenRoom } from './written.ts';

/** Every table with its rows, in an order in which each reference finds its row. The same rows on every call. */
export function chatRows(): Record<string, object[]> {
  const rooms = [whiteRoom, ...otherRooms].map((room, index) => ({ room, id: index + 1, ids: idsOf(room) }));
  return {
    people,
    device_tokens: deviceTokens,
    rooms: rooms.map(({ room, id }) => roomRow(room, id)),
    room_members: rooms.flatMap(({ room, id }) => memberRows(room, id)),
    posts: rooms.flatMap(({ room, id, ids }) => room.posts.map((post) => postRow(room, id, post, ids))),
    post_reactions: rooms.flatMap(({ room, ids }) => room.posts.flatMap((post) => reactionRows(post, ids))),
    read_markers: rooms.flatMap(({ room, id, ids }) => readRows(room, id, ids)),
    voice_calls: voiceCalls,
    reports: rooms.flatMap(({ room, ids }) =>
      room.posts.filter(isReported).map((post, index) => ({
        id: index + 1,
        post_id: ids.get(post),
        reporter: 'noor',
        reason: 'advertising',
        reported_at: post.removedAt,
      })),
    ),
  };
}

/** Posts have ids, and names by which others of the same room mean them. */
type Ids = Map<WrittenPost | string, string>;

function idsOf(room: WrittenRoom): Ids {
  const ids: Ids = new Map();
  for (const [index, post] of room.posts.entries()) {
    const id = snowflake(post.at, index);
    ids.set(post, id);
    if (post.as !== undefined) ids.set(post.as, id);
  }
  return ids;
}

/** Milliseconds since 2015 in front of 22 bits, of which the lowest 12 count: larger than 2^53 since February 2015. */
function snowflake(at: string, index: number): string {
  const milliseconds = BigInt(Date.parse(at) - Date.parse('2015-01-01T00:00:00Z'));
  return ((milliseconds << 22n) + BigInt(index % 4096)).toString();
}

function roomRow(room: WrittenRoom, id: number) {
  const lastPostAt = room.posts.at(-1)?.at ?? null;
  return {
    id,
    kind: room.kind,
    slug: room.slug,
    title: room.title,
    topic: room.topic ?? null,
    cover_url: `https://files.lichthof.example/rooms/${room.slug}.webp`,
    host: room.host,
    opened_at: room.openedAt,
    changed_at: room.closedAt ?? room.clearedAt ?? room.openedAt,
    last_post_at: lastPostAt,
    cleared_at: room.clearedAt ?? null,
    closed_at: room.closedAt ?? null,
    is_frozen: room.isFrozen ?? false,
    is_paused: room.isPaused ?? false,
    slow_mode_seconds: room.slowModeSeconds ?? 0,
    people_count: memberRows(room, id).length,
    stream: room.stream ?? {},
    invite_code: canary(`invitation to ${room.slug}`),
  };
}

function memberRows({ host, members, slug, openedAt, posts }: WrittenRoom, room_id: number) {
  const joinedAt = openedAt ?? posts[0]?.at;
  return [...(host === null ? [] : [host]), ...members].map((handle) => ({
    room_id,
    handle,
    standing: handle === host ? 'owner' : handle === 'lichthof-bot' ? 'moderator' : 'member',
    joined_at: joinedAt,
    changed_at: joinedAt,
    is_banned: false,
    banned_until: null,
    is_quiet: handle === 'pavel',
    starred_at: handle === 'bob' && slug === 'white-room' ? '2020-11-10T09:59:00Z' : null,
    nickname: handle === 'jun' ? '純ちゃん' : null,
    join_token: canary(`entry of ${handle} to ${slug}`),
  }));
}

function postRow(room: WrittenRoom, room_id: number, post: WrittenPost, ids: Ids) {
  const { at, by, text, kind, answers, quotes, editedAt, removedAt, clearedAt, pinned } = post;
  return {
    id: ids.get(post),
    room_id,
    author: by,
    body: text,
    special_kind: kind ?? null,
    files: post.files ?? [],
    mentions: post.mentions ?? [],
    answers_to: meant(answers, ids),
    also_in_room: post.alsoInRoom ?? false,
    quotes: meant(quotes, ids),
    posted_at: at,
    changed_at: removedAt ?? editedAt ?? at,
    edited_at: editedAt ?? null,
    removed_at: removedAt ?? null,
    cleared_at: clearedAt ?? null,
    is_silent: post.isSilent ?? false,
    is_pinned: pinned !== undefined,
    pinned_at: pinned?.at ?? null,
    pinned_by: pinned?.by ?? null,
    mood: post.mood ?? null,
    extra: post.extra ?? {},
    answer_count: room.posts.filter(({ answers }) => answers !== undefined && answers === post.as).length,
    spam_score: isReported(post) ? 0.98 : 0.01,
  };
}

function meant(name: string | undefined, ids: Ids): string | null {
  if (name === undefined) return null;
  const id = ids.get(name);
  if (id === undefined) throw new Error(`No post of this room is called ${name}.`);
  return id;
}

function reactionRows(post: WrittenPost, ids: Ids): object[] {
  return Object.entries(post.reactions ?? {}).flatMap(([name, handles]) =>
    handles.map((handle, index) => ({
      post_id: ids.get(post),
      handle,
      name,
      emoji: emojiOf[name] ?? null,
      weight: name === 'clap' ? index + 1 : 1,
      reacted_at: later(post.at, index + 1),
    })),
  );
}

/** Everybody has read half of what was said, except the host, who has read all. */
function readRows(room: WrittenRoom, room_id: number, ids: Ids): object[] {
  return memberRows(room, room_id).flatMap(({ handle }) => {
    const unread = handle === room.host ? 0 : Math.floor(room.posts.length / 2);
    const last = room.posts.at(-1 - unread);
    if (last === undefined) return [];
    return [
      {
        room_id,
        handle,
        read_until: later(last.at, 2),
        last_post_id: ids.get(last),
        unread_count: unread,
        device_id: `device-${handle.length}`,
      },
    ];
  });
}

const voiceCalls = [
  call('0f8fad5b-d9cb-469f-a165-70867728950e', 'alice', '2020-11-10T08:40:00.25Z', 754),
  call('7c9e6679-7425-40de-944b-e07fc1f90ae7', 'bob', '2020-11-10T11:46:00Z', 62),
  call('f47ac10b-58cc-4372-a567-0e02b2c3d479', 'bob', '2020-11-14T21:05:09.000001Z', null),
  call('936da01f-9abd-4d9d-80c7-02af85c822a8', 'mira', '2020-11-11T08:10:00Z', 1_312),
];

/** In the front desk's room. Without a length, it has not ended. */
function call(id: string, caller: string, began_at: string, seconds: number | null) {
  return {
    id,
    room_id: 3,
    caller,
    began_at,
    ended_at: seconds === null ? null : later(began_at, seconds),
    was_recorded: caller === 'mira',
    quality: { codec: 'opus', loss: 0.0125, hops: [1, 2] },
    join_secret: canary(`call of ${caller} ${id.slice(0, 4)}`),
    relay_cost: '0.0137',
  };
}

function isReported({ by, removedAt }: WrittenPost): boolean {
  return by === 'dede' && removedAt !== undefined;
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}
