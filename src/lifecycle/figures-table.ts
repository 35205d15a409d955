import type { Session } from '../database.ts';
import type { Door, Status } from './data-export.ts';

// Counts for whoever watches over the service: never an id, a name or an address.

export interface ExportCount {
  kind: string;
  door: Door;
  status: Status;
  count: number;
  /** Attempts beyond the first: a worker was lost, the source broke, or the config changed. */
  extraAttempts: number;
  /** Completed ones, whatever became of them since, whose counts do not balance. */
  withGaps: number;
  /** Those whose stored file was found damaged. */
  damaged: number;
  /** When the oldest of them came to wait for a worker; null when none ever did. */
  waitingSince: Date | null;
}

export async function countExports(session: Session): Promise<ExportCount[]> {
  return session.query<ExportCount>(
    `select kind, door, status, count(*)::int as count, sum(greatest(attempt - 1, 0))::int as "extraAttempts",
       count(*) filter (where gaps <> '[]')::int as "withGaps", count(damaged_at)::int as damaged,
       min(confirmed_at) as "waitingSince"
     from handover.data_exports group by kind, door, status`,
  );
}

export async function countFailures(session: Session): Promise<{ code: string; count: number }[]> {
  return session.query(
    `select failure_code as code, count(*)::int as count from handover.data_exports
     where status = 'failed' group by failure_code`,
  );
}

/** Parts that became done since then, with their rows and bytes of plaintext, and parts still to be built. */
export async function measureParts(
  session: Session,
  since: Date,
): Promise<{ done: number; rows: number; bytes: number; open: number }> {
  const [row] = await session.query<{ done: number; rows: number; bytes: number; open: number }>(
    `select count(*) filter (where p.done_at > $1)::int as done,
       coalesce(sum(p.rows_done) filter (where p.done_at > $1), 0)::int8 as rows,
       coalesce(sum(p.bytes_done) filter (where p.done_at > $1), 0)::int8 as bytes,
       count(*) filter (where p.done_at is null and e.status = 'processing')::int as open
     from handover.data_exports e join handover.export_parts p on p.export_id = e.id and p.attempt = e.attempt
     where e.status = 'processing' or (e.status = 'completed' and e.completed_at > $1)`,
    [since],
  );
  return row ?? { done: 0, rows: 0, bytes: 0, open: 0 };
}

/** How long the exports completed since then waited for a worker and were built, in seconds. Nulls when there are none. */
export async function measureDurations(
  session: Session,
  since: Date,
): Promise<{ count: number; wait: (number | null)[]; build: (number | null)[] }> {
  const [row] = await session.query<Record<'count' | 'w50' | 'w95' | 'b50' | 'b95', number | null>>(
    `select count(*)::int as count,
       percentile_cont(0.5) within group (order by wait) as w50, percentile_cont(0.95) within group (order by wait) as w95,
       percentile_cont(0.5) within group (order by build) as b50, percentile_cont(0.95) within group (order by build) as b95
     from (
       select extract(epoch from started_at - confirmed_at)::float8 as wait,
         extract(epoch from completed_at - started_at)::float8 as build
       from handover.data_exports where status = 'completed' and completed_at > $1
     ) recent`,
    [since],
  );
  return {
    count: row?.count ?? 0,
    wait: [row?.w50 ?? null, row?.w95 ?? null],
    build: [row?.b50 ?? null, row?.b95 ?? null],
  };
}

export interface OwedCount {
  what: 'mail' | 'webhook';
  open: number;
  failing: number;
  oldestAt: Date | null;
}

/** What is owed to people and servers and has neither gone out nor been given up. */
export async function countOwed(session: Session): Promise<OwedCount[]> {
  return session.query<OwedCount>(
    `select 'mail' as what, count(*)::int as open, count(*) filter (where tries > 0)::int as failing,
       min(queued_at) as "oldestAt"
     from handover.mails where sent_at is null and given_up_at is null
     union all
     select 'webhook', count(*)::int, count(*) filter (where tries > 0)::int, min(queued_at)
     from handover.webhook_deliveries where delivered_at is null and given_up_at is null`,
  );
}
