import type { Session } from '../database.ts';

/** A process that takes jobs, as it last reported itself. */
export interface WorkerRow {
  id: string;
  host: string;
  processId: number;
}

/** How long after its last report a worker still counts as alive, in milliseconds: three reports missed. */
export const WORKER_ALIVE_MS = 15_000;
/** How often a worker reports itself, in milliseconds. */
export const WORKER_REPORT_MS = 5_000;

export async function reportWorker(session: Session, worker: WorkerRow, now: Date): Promise<void> {
  await session.query(
    `insert into handover.workers (id, host, process_id, started_at, seen_at) values ($1, $2, $3, $4, $4)
     on conflict (id) do update set seen_at = excluded.seen_at`,
    [worker.id, worker.host, worker.processId, now],
  );
}

export async function deleteWorker(session: Session, id: string): Promise<void> {
  await session.query(`delete from handover.workers where id = $1`, [id]);
}

/** Workers that stopped without a word, long ago. */
export async function deleteLostWorkers(session: Session, seenBefore: Date): Promise<void> {
  await session.query(`delete from handover.workers where seen_at < $1`, [seenBefore]);
}

/** How many workers reported themselves since `aliveSince`, and when one last did. */
export async function countWorkers(
  session: Session,
  aliveSince: Date,
): Promise<{ alive: number; lastSeenAt: Date | null }> {
  const [row] = await session.query<{ alive: number; lastSeenAt: Date | null }>(
    `select count(*) filter (where seen_at > $1) as alive, max(seen_at) as "lastSeenAt" from handover.workers`,
    [aliveSince],
  );
  return { alive: Number(row?.alive ?? 0), lastSeenAt: row?.lastSeenAt ?? null };
}
