import type pg from 'pg';

/** The rows of the set as the database has them: by what they are, and by a key, what an export must say of each. */
export type Expected = Record<Kind, Map<string, string>>;
export type Kind = 'user' | 'channel' | 'member' | 'message' | 'reaction';

/** An object of a file. */
export type Entity = Record<string, unknown>;

/** Reads them all. Ids and instants come as text, so that no digit is lost on the way. */
export async function readExpected(db: pg.Client): Promise<Expected> {
  const read = async (sql: string): Promise<Map<string, string>> => {
    const { rows } = await db.query({ text: sql, rowMode: 'array' });
    return new Map(rows.map(([key, ...facts]: unknown[]) => [String(key), JSON.stringify(facts)]));
  };
  return {
    user: await read(`
      select handle, display_name, picture_url, site_role, ${instant('joined_at')}, profile - 'widgets' from people`),
    channel: await read(`
      select ${cid}, title, topic, host, ${instant('opened_at')}, ${instant('r.changed_at')}, ${instant('closed_at')},
        ${instant('last_post_at')}, people_count from rooms r`),
    member: await read(`
      select ${cid} || ' ' || m.handle, standing, ${instant('m.joined_at')}
      from room_members m join rooms r on r.id = m.room_id`),
    message: await read(`
      select p.id::text, ${cid}, author, body, files, answers_to::text, quotes::text, ${instant('posted_at')},
        ${instant('p.changed_at')}, ${instant('removed_at')}, is_pinned, extra,
        (select count(*)::int from post_reactions x where x.post_id = p.id)
      from posts p join rooms r on r.id = p.room_id`),
    reaction: await read(`
      select post_id || ' ' || handle || ' ' || name, emoji, weight, ${instant('reacted_at')} from post_reactions`),
  };
}

/** What a file says of an object, as {@link readExpected} says it of the row. */
export const said: Record<Kind, (entity: Entity) => { key: string; facts: string }> = {
  user: ({ id, name, image, role, created_at, profile }) =>
    telling(id, [name, image, role, trimmed(created_at), profile]),
  channel: (c) =>
    telling(c.cid, [
      ...[c.name, c.topic, (c.created_by as Entity | null)?.id, trimmed(c.created_at), trimmed(c.updated_at)],
      ...[trimmed(c.deleted_at), trimmed(c.last_message_at), c.member_count],
    ]),
  member: (m) => telling(`${m.channel_cid} ${m.user_id}`, [m.role, trimmed(m.created_at)]),
  message: (m) =>
    telling(m.id, [
      ...[m.cid, m.user_id, m.text, m.attachments, m.parent_id, m.quoted_message_id, trimmed(m.created_at)],
      ...[trimmed(m.updated_at), trimmed(m.deleted_at), m.pinned, m.extra],
      Object.values(m.reaction_counts as Record<string, number>).reduce((sum, count) => sum + count, 0),
    ]),
  reaction: (r) =>
    telling(`${r.message_id} ${r.user_id} ${r.type}`, [r.emoji, r.score, trimmed(r.created_at)]),
};

const cid = `r.kind || ':' || r.slug`;

function instant(column: string): string {
  return `regexp_replace(to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '[.]?0*$', '')`;
}

/** Zeros at the end of a fraction are of no consequence. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/(\.\d*?)0*Z$/, '$1').replace(/\.?Z?$/, '') : value;
}

function telling(key: unknown, facts: unknown[]): { key: string; facts: string } {
  return { key: String(key), facts: JSON.stringify(facts.map((fact) => fact ?? null)) };
}
