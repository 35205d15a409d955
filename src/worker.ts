import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { recordPartFailure } from './lifecycle/export-parts-table.ts';
import { countLeaseLoss } from './lifecycle/lease-losses-table.ts';
import { deleteWorker, reportWorker, WORKER_REPORT_MS } from './lifecycle/workers-table.ts';
import type { Handlers, RunningJob } from './queue.ts';
import { buildPart } from './steps/build-part.ts';
import { failExport } from './steps/fail-export.ts';
import type { Parts } from './steps/parts.ts';
import { processExport } from './steps/process-export.ts';
import { proveArchive } from './steps/prove-archive.ts';
import { removeArchive } from './steps/remove-archive.ts';
import { sendMail } from './steps/send-mail.ts';
import { sendWebhook } from './steps/send-webhook.ts';
import { sweep } from './steps/sweep.ts';

/** A process that takes jobs. */
export interface RunningWorker {
  /** Takes no new job, and lets running ones finish for `graceMs`; what is left then is handed back. */
  stop(graceMs: number): Promise<void>;
}

/** How many jobs of a kind run at once in one process; others are one. */
const concurrency = {
  'process-export': 4,
  'build-part': 2,
  'send-mail': 2,
  'remove-archive': 2,
  'send-webhook': 4,
};

/** Takes jobs from the queue, and reports that it is alive. */
export async function startWorker(parts: Parts): Promise<RunningWorker> {
  const self = { id: randomUUID(), host: hostname(), processId: process.pid };
  const report = () =>
    reportWorker(parts.db, self, parts.now()).catch((error) => {
      parts.log.warn({ err: error }, 'the worker could not report itself');
    });
  await report();
  const reporting = setInterval(report, WORKER_REPORT_MS);
  await parts.queue.work(countLosses(parts, handlers(parts)), concurrency);
  return {
    async stop(graceMs) {
      clearInterval(reporting);
      await parts.queue.stop(graceMs);
      await deleteWorker(parts.db, self.id).catch(() => {});
    },
  };
}

function handlers(parts: Parts): Handlers {
  return {
    'process-export': (job) => processExport(parts, job.data.exportId, job),
    'build-part': (job) => buildPart(parts, job.data, job),
    'prove-archive': (job) => proveArchive(parts, job.data.exportId, job),
    'send-mail': (job) => sendMail(parts, job.data.mailId, job),
    'remove-archive': (job) => removeArchive(parts, job.data.exportId),
    'send-webhook': (job) => sendWebhook(parts, job.data.deliveryId, job),
    sweep: () => sweep(parts),
    'give-up': (job) => failExport(parts, { exportId: job.data.exportId, attempt: null }, null),
    'give-up-part': (job) => recordPartFailure(parts.db, job.data, 'snapshot_lost'),
  };
}

/** Whoever takes a job over from a silent worker counts it, for the metrics. */
function countLosses({ db, log }: Parts, handlers: Handlers): Handlers {
  const counting = Object.entries(handlers).map(([name, handler]) => {
    const run = handler as (job: RunningJob) => Promise<void>;
    const count = async (job: RunningJob) => {
      if (job.abandonedQueue) {
        log.warn(
          { queue: job.abandonedQueue, job: job.id },
          'took a job over from a worker that went silent',
        );
        await countLeaseLoss(db, job.abandonedQueue).catch((error) => {
          log.warn({ err: error }, 'a lost lease could not be counted');
        });
      }
      await run(job);
    };
    return [name, count];
  });
  return Object.fromEntries(counting);
}
