import type { ChatRequest } from '../chat/request.ts';
import type { Session } from '../database.ts';

/** An export as a server asks for it. */
export interface ServerExport {
  id: string;
  /** For lists and logs. */
  subjectId: string;
  request: ChatRequest;
  apiKey: string;
}

/**
 * Writes down many at once, confirmed from birth, each with the event of its request. Returns the turn of each by id:
 * what has a lower one is to be taken first.
 *
 * Keys take turns. A key that waits for nothing gets the turn that is being taken now; one that waits already queues up
 * behind itself. So a thousand of one key do not hold back another's first, and steady calls of others do not hold back
 * the last of the thousand.
 */
export async function insertServerExports(
  session: Session,
  exports: ServerExport[],
  now: Date,
): Promise<Map<string, number>> {
  const rows = await session.query<{ id: string; turn: number }>(
    `with asked as (
       select a.*, row_number() over (partition by a."apiKey" order by a.place) - 1 as behind
       from jsonb_to_recordset($1::jsonb)
         as a(place int, id uuid, "subjectId" text, request jsonb, "apiKey" text)
     ), waiting as materialized (
       select api_key, turn from handover.data_exports where door = 'server' and status = 'confirmed'
     ), last as (
       select api_key, max(turn) as turn from waiting group by api_key
     ), made as (
       insert into handover.data_exports (id, kind, subject_id, door, status, requester_id, requester_email,
         requested_at, confirmed_at, request, api_key, turn)
       select a.id, a.request ->> 'about', a."subjectId", 'server', 'confirmed', 'key:' || a."apiKey", '',
         $2::timestamptz, $2::timestamptz, a.request, a."apiKey",
         greatest(last.turn + 1, (select min(turn) from waiting), 0) + a.behind
       from asked a left join last on last.api_key = a."apiKey"
       returning id, requester_id, turn
     ), recorded as (
       insert into handover.export_events (export_id, at, event, actor)
       select id, $2::timestamptz, 'requested', requester_id from made
     )
     select id, turn from made`,
    [JSON.stringify(exports.map((asked, place) => ({ place, ...asked }))), now],
  );
  return new Map(rows.map(({ id, turn }) => [id, turn]));
}
