import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { recordPartFailure } from './lifecycle/export-parts-table.ts';
import { countLeaseLoss } from './lifecycle/lease-losses-table.ts';
import { deleteWorker, reportWorker, WORKER_REPORT_MS } from './lifecycle/workers-table.ts';
import type { Handlers, JobName, RunningJob } from './queue.ts';
import type { Rush } from './rush.ts';
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

/** What takes the cores for long, and is in no hurry. */
const large = new Set<string>(['process-export', 'build-part', 'prove-archive'] satisfies JobName[]);

/** Takes jobs from the queue, and reports that it is alive. Where the process answers calls as well, large jobs wait for a rush to end. */
export async function startWorker(parts: Parts, rush: Rush | null = null): Promise<RunningWorker> {
  const self = { id: randomUUID(), host: hostname(), processId: process.pid };
  const report = () =>
    reportWorker(parts.db, self, parts.now()).catch((error) => {
      parts.log.warn({ err: error }, 'the worker could not report itself');
    });
  await report();
  const reporting = setInterval(report, WORKER_REPORT_MS);
  await parts.queue.work(wrapHandlers(parts, handlers(parts), rush), concurrency);
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

function wrapHandlers(parts: Parts, handlers: Handlers, rush: Rush | null): Handlers {
  const wrapped = Object.entries(handlers).map(([name, handler]) => {
    const run = handler as (job: RunningJob) => Promise<void>;
    const runInTurn = async (job: RunningJob) => {
      await countLoss(parts, job);
      if (rush && large.has(name)) await rush.isOver(job.signal);
      await run(job);
    };
    return [name, runInTurn];
  });
  return Object.fromEntries(wrapped);
}

/** Whoever takes a job over from a silent worker counts it, for the metrics. */
async function countLoss({ db, log }: Parts, { abandonedQueue, id }: RunningJob): Promise<void> {
  if (!abandonedQueue) return;
  log.warn({ queue: abandonedQueue, job: id }, 'took a job over from a worker that went silent');
  await countLeaseLoss(db, abandonedQueue).catch((error) => {
    log.warn({ err: error }, 'a lost lease could not be counted');
  });
}
