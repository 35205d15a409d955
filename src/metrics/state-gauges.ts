import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { statuses } from '../lifecycle/data-export.ts';
import { DURATION_WINDOW_SECONDS, type Figures, WORK_WINDOW_SECONDS } from './figures.ts';

/**
 * Gauges of the whole installation (and one counter, which the state keeps). They are gauges and not counters, since every process answers the same from the
 * state: take one of them (`max without (instance)`), never the sum. Labels come from the config and from our own code.
 */
export function createStateGauges(registry: Registry): (figures: Figures) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `handover_${name}`, help, labelNames, registers: [registry] });

  const exports = gauge('exports', 'Exports by status, all that are remembered.', ['kind', 'door', 'status']);
  const extra = gauge('exports_extra_attempts', 'Attempts beyond the first: lost workers and faults.', [
    'kind',
    'door',
  ]);
  const withGaps = gauge(
    'exports_with_gaps',
    'Exports whose counts did not balance, all that are remembered.',
    ['kind', 'door'],
  );
  const damaged = gauge('archives_damaged', 'Exports whose stored file was found damaged.', ['kind', 'door']);
  const failed = gauge('exports_failed', 'Failed exports by code.', ['code']);
  const waiting = gauge(
    'exports_oldest_waiting_seconds',
    'Age of the oldest confirmed export that no worker has; 0 for none.',
  );
  const open = gauge('parts_open', 'Parts that are still to be built.');
  const done = gauge('recent_parts', `Parts done in the last ${WORK_WINDOW_SECONDS} s.`);
  const rows = gauge(
    'recent_rows_per_second',
    `Rows of the parts done in the last ${WORK_WINDOW_SECONDS} s.`,
  );
  const bytes = gauge(
    'recent_bytes_per_second',
    `Plaintext of the parts done in the last ${WORK_WINDOW_SECONDS} s.`,
  );
  const recent = gauge('recent_exports', `Exports completed in the last ${DURATION_WINDOW_SECONDS} s.`);
  const seconds = gauge('recent_export_seconds', 'How long those waited for a worker and were built.', [
    'phase',
    'quantile',
  ]);
  const owed = gauge('owed', 'Mails and webhooks that have not gone out.', ['what']);
  const owedFailing = gauge('owed_failing', 'Those of them that failed at least once.', ['what']);
  const owedAge = gauge('owed_oldest_seconds', 'Age of the oldest of them; 0 for none.', ['what']);
  const jobs = gauge('jobs', 'Jobs of the queue that are due or running.', ['queue', 'state']);
  const retried = gauge(
    'jobs_retried',
    'Those of them that are not at their first try: a fault, or a lost lease.',
    ['queue'],
  );
  const jobAge = gauge('jobs_oldest_due_seconds', 'How long the oldest due job has waited; 0 for none.', [
    'queue',
  ]);
  const lost = new Counter({
    name: 'handover_lease_losses_total',
    help: 'Jobs that were taken from a worker that had gone silent, since the state was made.',
    labelNames: ['queue'],
    registers: [registry],
  });
  const workers = gauge('workers', 'Workers that reported themselves in the last 15 s.');

  return (figures) => {
    const age = (at: Date | null) => (at ? Math.max(0, (figures.now.getTime() - at.getTime()) / 1000) : 0);
    for (const metric of [exports, extra, withGaps, damaged, failed, seconds, jobs, retried, jobAge, lost])
      metric.reset();

    for (const { kind, door } of figures.exports) {
      for (const status of statuses) exports.set({ kind, door, status }, 0);
      for (const sum of [extra, withGaps, damaged]) sum.set({ kind, door }, 0);
    }
    for (const { kind, door, status, count, ...sums } of figures.exports) {
      exports.set({ kind, door, status }, count);
      extra.inc({ kind, door }, sums.extraAttempts);
      withGaps.inc({ kind, door }, sums.withGaps);
      damaged.inc({ kind, door }, sums.damaged);
    }
    for (const { code, count } of figures.failures) failed.set({ code }, count);
    const waits = figures.exports.filter(({ status }) => status === 'confirmed');
    waiting.set(Math.max(0, ...waits.map(({ waitingSince }) => age(waitingSince))));

    open.set(figures.work.open);
    done.set(figures.work.done);
    rows.set(figures.work.rows / WORK_WINDOW_SECONDS);
    bytes.set(figures.work.bytes / WORK_WINDOW_SECONDS);

    recent.set(figures.durations.count);
    for (const phase of ['wait', 'build'] as const) {
      for (const [index, quantile] of ['0.5', '0.95'].entries()) {
        const value = figures.durations[phase][index];
        if (typeof value === 'number') seconds.set({ phase, quantile }, value);
      }
    }
    for (const { what, open: count, failing, oldestAt } of figures.owed) {
      owed.set({ what }, count);
      owedFailing.set({ what }, failing);
      owedAge.set({ what }, age(oldestAt));
    }
    for (const job of figures.jobs) {
      jobs.set({ queue: job.queue, state: 'due' }, job.due);
      jobs.set({ queue: job.queue, state: 'running' }, job.running);
      retried.set({ queue: job.queue }, job.retried);
      jobAge.set({ queue: job.queue }, job.oldestDueSeconds);
    }
    // None is told too: a rate needs the zero that it rises from.
    for (const { queue } of figures.jobs) lost.inc({ queue }, 0);
    for (const { queue, count } of figures.leaseLosses) lost.inc({ queue }, count);
    workers.set(figures.workers.alive);
  };
}
