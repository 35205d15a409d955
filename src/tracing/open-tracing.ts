import { type Context, context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { isErrorCode } from '../errors.ts';
import type { Tracing } from '../tracing.ts';
import type { TracingSettings } from '../tracing-settings.ts';

/** Sets OpenTelemetry up for this thread. Address, headers, time-outs and resource it reads from the environment itself. */
export async function openTracing(settings: TracingSettings): Promise<Tracing> {
  const sampler = samplerOf(settings);
  const ids = createIds();
  const exporter =
    settings.protocol === 'http/json'
      ? new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter()
      : new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'handover' }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler,
    idGenerator: ids.generator,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: settings.delayMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer('handover');

  const lifeOf = (exportId: string) => {
    const traceId = exportId.replaceAll('-', '').toLowerCase();
    return { traceId, spanId: traceId.slice(16) };
  };
  const contextOf = (exportId: string): Context => {
    const { traceId, spanId } = lifeOf(exportId);
    const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, 'export', SpanKind.INTERNAL, {}, []);
    const traceFlags = decision === SamplingDecision.RECORD_AND_SAMPLED ? 1 : 0;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
  };

  return {
    tracer,
    contextOf,
    inSpan(name, { parent = context.active(), ...options }, run) {
      return tracer.startActiveSpan(name, options, parent, async (span) => {
        try {
          return await run(span);
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          span.setAttribute('error.type', errorType(error));
          throw error;
        } finally {
          span.end();
        }
      });
    },
    carry() {
      const span = trace.getSpanContext(context.active());
      return span && `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
    },
    carried(text) {
      const parent = text === undefined ? null : parseTraceParent(text);
      return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
    },
    endExport({ id, startedAt, endedAt, failureCode, attributes }) {
      const span = ids.withIds(lifeOf(id), () =>
        tracer.startSpan('export', { startTime: startedAt, attributes }, ROOT_CONTEXT),
      );
      if (failureCode !== null)
        span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', failureCode);
      span.end(endedAt);
    },
    flush: () => provider.forceFlush(),
    close: () => provider.shutdown(),
  };
}

/** What went wrong, by name: a message may quote a value. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error &&
    typeof error.code === 'string' &&
    (isErrorCode(error.code) || /^[A-Z0-9_]{3,40}$/.test(error.code))
    ? error.code
    : error.name;
}

/** Ids by chance, but for the one span of an export whose ids follow from the export's. */
function createIds() {
  const random = new RandomIdGenerator();
  let given: { traceId: string; spanId: string } | null = null;
  return {
    generator: {
      generateTraceId: () => given?.traceId ?? random.generateTraceId(),
      generateSpanId: () => given?.spanId ?? random.generateSpanId(),
    },
    withIds<T>(ids: { traceId: string; spanId: string }, run: () => T): T {
      given = ids;
      try {
        return run();
      } finally {
        given = null;
      }
    },
  };
}

function samplerOf({ sampler, ratio }: TracingSettings): Sampler {
  const [, base] = /^(?:parentbased_)?(.+)$/.exec(sampler) ?? [];
  const root =
    base === 'always_off'
      ? new AlwaysOffSampler()
      : base === 'traceidratio'
        ? new TraceIdRatioBasedSampler(ratio)
        : new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
