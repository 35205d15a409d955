import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';

/**
 * *Tracing*: spans of OpenTelemetry, for those who switched it on. This file is its types; what makes spans is in
 * `tracing/`, and is loaded only then.
 *
 * An export is one trace, whichever processes work on it and for however many days: its trace id is the export's id
 * without the hyphens, so nobody has to carry it. No span holds an id of a subject or person, an address, a token or
 * a value.
 */
export interface Tracing {
  tracer: Tracer;
  /** What spans of an export hang below: a span of its whole life, that ends with it. */
  contextOf(exportId: string): Context;
  /** Runs within a span of its own, below `parent` or whatever is under way. What it throws is told by code only. */
  inSpan<T>(
    name: string,
    options: SpanOptions & { parent?: Context },
    run: (span: Span) => Promise<T>,
  ): Promise<T>;
  /** The span under way, as text that crosses threads; undefined when there is none. */
  carry(): string | undefined;
  /** The context that such a text stands for. */
  carried(text: string | undefined): Context;
  /** Sends the span of an export's whole life, when it is completed, failed or cancelled. */
  endExport(life: ExportLife): void;
  /** Sends what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface ExportLife {
  id: string;
  startedAt: Date;
  endedAt: Date;
  /** Why it failed; null if it did not. */
  failureCode: string | null;
  attributes: Attributes;
}
