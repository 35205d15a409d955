import type { Builder } from './builder/builder.ts';
import type { Queue } from './queue.ts';
import type { TracingSettings } from './tracing-settings.ts';

/** Traces of the main thread, and what wraps the parts that are traced. OpenTelemetry is loaded here and not before. */
export async function openTraces(settings: TracingSettings) {
  const { openTracing } = await import('./tracing/open-tracing.ts');
  const { traceBuilder } = await import('./tracing/trace-builder.ts');
  const { traceQueue } = await import('./tracing/trace-queue.ts');
  const tracing = await openTracing(settings);
  return {
    tracing,
    queue: (queue: Queue) => traceQueue(tracing, queue),
    builder: (builder: Builder) => traceBuilder(tracing, builder),
  };
}
