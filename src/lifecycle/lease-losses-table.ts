import type { Session } from '../database.ts';

/** Counts one more job that was taken from a silent worker. */
export async function countLeaseLoss(session: Session, queue: string): Promise<void> {
  await session.query(
    `insert into handover.lease_losses (queue, count) values ($1, 1)
     on conflict (queue) do update set count = lease_losses.count + 1`,
    [queue],
  );
}

/** Since the state was made; queues that lost none are missing. */
export async function findLeaseLosses(session: Session): Promise<{ queue: string; count: number }[]> {
  return session.query(`select queue, count from handover.lease_losses`);
}
