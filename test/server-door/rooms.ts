import type pg from 'pg';
import { fillChatDatabase } from '../../examples/chat/fill.ts';

/** What asks for the channel of one of those rooms. */
export function roomBody(n: number): object {
  return { channels: [{ type: 'messaging', id: `room-${n}` }] };
}

/** The rooms of the example, and `count` more of two posts each. */
export async function fillRooms(product: pg.Client, count: number): Promise<void> {
  await fillChatDatabase(product);
  await product.query(`
    insert into rooms (id, kind, slug, title, is_frozen, is_paused, slow_mode_seconds, people_count, stream)
      select 1000000 + n, 'messaging', 'room-' || n, 'Room ' || n, false, false, 0, 0, '{}'
      from generate_series(0, ${count - 1}) n;
    insert into posts (id, room_id, author, body, files, mentions, also_in_room, posted_at, changed_at, is_silent,
        is_pinned, extra, answer_count)
      select 9100000000000000000 + 2 * n + k, 1000000 + n, 'alice', (array['one of ', 'two of '])[k + 1] || n, '[]', '{}',
        false, timestamptz '2026-01-01' + n * interval '1 minute' + k * interval '1 second', '2026-01-01', false, false,
        '{}', 0
      from generate_series(0, ${count - 1}) n, generate_series(0, 1) k;
    analyze`);
}
