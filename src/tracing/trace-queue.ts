import { context, type Span, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import type { Handlers, JobName, Queue, RunningJob } from '../queue.ts';
import type { Tracing } from '../tracing.ts';

/** Each job that is sent or run becomes a span of its export's trace. The sweep, each minute, is nobody's. */
export function traceQueue(tracing: Tracing, queue: Queue): Queue {
  const sendMany: Queue['sendMany'] = async (session, name, jobs) => {
    const from = trace.getSpan(context.active());
    // Nothing is under way in the sweep, and what it sends is mostly there already.
    if (jobs.length === 0 || !from) return queue.sendMany(session, name, jobs);
    const exportIds = new Set(jobs.map(({ data }) => exportOf(data)));
    const exportId = exportIds.size === 1 ? [...exportIds][0] : undefined;
    const parent = parentOf(tracing, exportId);
    linkTo(from, trace.getSpanContext(parent));
    return tracing.inSpan(
      `send ${name}`,
      {
        kind: SpanKind.PRODUCER,
        parent,
        links: [{ context: from.spanContext() }],
        attributes: {
          ...describe(name, 'send', exportId),
          ...(jobs.length > 1 && { 'messaging.batch.message_count': jobs.length }),
        },
      },
      () => queue.sendMany(session, name, jobs),
    );
  };
  return {
    ...queue,
    send: (session, name, data, options = {}) => sendMany(session, name, [{ data, ...options }]),
    sendMany,
    work: (handlers, concurrency) => queue.work(traceHandlers(tracing, handlers), concurrency),
  };
}

function traceHandlers(tracing: Tracing, handlers: Handlers): Handlers {
  const traced = Object.entries(handlers).map(([name, handler]) => {
    const run = handler as (job: RunningJob) => Promise<void>;
    if (name === 'sweep') return [name, run];
    return [name, (job: RunningJob) => runTraced(tracing, name as JobName, job, run)];
  });
  return Object.fromEntries(traced);
}

function runTraced(
  tracing: Tracing,
  name: JobName,
  job: RunningJob,
  run: (job: RunningJob) => Promise<void>,
): Promise<void> {
  const exportId = exportOf(job.data);
  const attributes = {
    ...describe(name, 'process', exportId),
    'messaging.message.id': job.id,
    'handover.job.earlier_runs': job.earlierRuns,
    ...('attempt' in job.data && { 'handover.attempt': job.data.attempt }),
    ...('number' in job.data && { 'handover.part.number': job.data.number }),
  };
  return tracing.inSpan(
    `process ${name}`,
    { kind: SpanKind.CONSUMER, parent: parentOf(tracing, exportId), attributes },
    () => run(job),
  );
}

function parentOf(tracing: Tracing, exportId: string | undefined) {
  return exportId ? tracing.contextOf(exportId) : context.active();
}

function exportOf(data: object): string | undefined {
  return 'exportId' in data && typeof data.exportId === 'string' ? data.exportId : undefined;
}

/** A request that has to do with an export is of another trace: each points to the other. */
function linkTo(span: Span, other: SpanContext | undefined): void {
  if (other && span.spanContext().traceId !== other.traceId) span.addLink({ context: other });
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function describe(name: JobName, operation: 'send' | 'process', exportId: string | undefined) {
  return {
    'messaging.system': 'pg_boss',
    'messaging.destination.name': name,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    ...(exportId && { 'handover.export.id': exportId }),
  };
}
