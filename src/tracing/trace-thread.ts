import { SpanKind } from '@opentelemetry/api';
import type { BuiltPart, CallName } from '../builder/calls.ts';
import type { Connection } from '../sources/postgres/connection.ts';
import type { CopyBytes } from '../sources/postgres/copy-tap.ts';
import type { Tracing } from '../tracing.ts';
import type { Store } from '../vault/store.ts';
import { withoutLiterals } from './without-literals.ts';

// Spans of what a builder thread does: its calls, what it reads from a source, what it gives to the store.

const callNames: Partial<Record<CallName, string>> = {
  openSnapshot: 'open snapshot',
  plan: 'plan',
  buildPart: 'build part',
};

/** Runs a call under the span of the job that it is for. Lookups for a request are not told apart. */
export function traceCall<T>(
  tracing: Tracing,
  name: CallName,
  args: unknown,
  run: () => Promise<T>,
): Promise<T> {
  const spanName = callNames[name];
  if (spanName === undefined) return run();
  const parent = tracing.carried((args as { trace?: string }).trace);
  return tracing.inSpan(spanName, { parent }, async (span) => {
    const answer = await run();
    if (name === 'buildPart') span.setAttributes(describePart(answer as BuiltPart));
    if (name === 'plan') {
      const { rowsEstimated, parts } = answer as { rowsEstimated: number; parts: unknown[] };
      span.setAttributes({ 'handover.rows_estimated': rowsEstimated, 'handover.parts': parts.length });
    }
    return answer;
  });
}

function describePart({ sections }: BuiltPart) {
  return {
    'handover.part.categories': sections.map(({ category }) => category),
    'handover.part.rows': sections.reduce((sum, { rows }) => sum + rows, 0),
    'handover.part.bytes': sections.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * A span for each `COPY`, or for all that are sent in one message, from its start to its last byte: how long the server made
 * us wait of it, and with that how long transcoding, hashing, sealing and the store took.
 * https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */
export function traceConnection(tracing: Tracing, connection: Connection): Connection {
  return {
    ...connection,
    copy: (sql, signal) => traceCopy(tracing, [sql], connection.copy(sql, signal)),
    copyEach: (statements, signal) => traceCopy(tracing, statements, connection.copyEach(statements, signal)),
  };
}

async function* traceCopy<T extends CopyBytes | null>(
  { tracer }: Tracing,
  statements: string[],
  copied: AsyncIterable<T>,
): AsyncGenerator<T> {
  const copies = statements.filter((sql) => sql.startsWith('copy'));
  const span = tracer.startSpan('COPY', {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': 'COPY',
      'db.query.text': copies.map(withoutLiterals).join('; '),
      ...(copies.length > 1 && { 'db.operation.batch.size': copies.length }),
    },
  });
  const meter = createMeter();
  try {
    yield* meter.measure(copied, payloadBytes);
  } finally {
    span.setAttributes({ 'handover.bytes': meter.bytes(), 'handover.wait_ms': meter.waitedMs() }).end();
  }
}

function payloadBytes(copied: CopyBytes | null): number {
  const { bounds } = copied ?? { bounds: [] };
  return bounds.reduce((sum, bound, index) => (index % 2 === 0 ? sum - bound : sum + bound), 0);
}

/** A span for each write: how long of it the store waited for bytes that were not sealed yet. */
export function traceStore(tracing: Tracing, store: Store): Store {
  return {
    ...store,
    write: (name, bytes) =>
      tracing.inSpan('store part', { kind: SpanKind.CLIENT }, async (span) => {
        const meter = createMeter();
        try {
          return await store.write(
            name,
            meter.measure(bytes, (chunk) => chunk.length),
          );
        } finally {
          span.setAttributes({ 'handover.bytes': meter.bytes(), 'handover.wait_ms': meter.waitedMs() });
        }
      }),
  };
}

/** Counts bytes on their way, and the time that they were waited for. */
function createMeter() {
  let bytes = 0;
  let waitedMs = 0;
  return {
    bytes: () => bytes,
    waitedMs: () => Math.round(waitedMs),
    async *measure<T>(source: AsyncIterable<T>, sizeOf: (item: T) => number): AsyncGenerator<T> {
      let askedAt = performance.now();
      for await (const item of source) {
        waitedMs += performance.now() - askedAt;
        bytes += sizeOf(item);
        yield item;
        askedAt = performance.now();
      }
      waitedMs += performance.now() - askedAt;
    },
  };
}
