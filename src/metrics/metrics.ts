import { collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client';
import type { Parts } from '../steps/parts.ts';
import { readFigures } from './figures.ts';
import { createStateGauges } from './state-gauges.ts';

/** What Prometheus reads: the figures of the installation, and of this process its requests, memory and event loop. */
export interface Metrics {
  contentType: string;
  /** Throws what the database throws. */
  text(): Promise<string>;
  /** `route` is the pattern of an address, never an address: those hold ids and tokens. */
  recordRequest(request: { method: string; route: string; status: number; seconds: number }): void;
}

/** However often it is asked, the state is read once in so long, in milliseconds: counting is work for the database. */
const FRESH_MS = 5000;

export function createMetrics(parts: Pick<Parts, 'db' | 'now'>): Metrics {
  // One for each server and not the library's own: a process may have several, as tests do.
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const showState = createStateGauges(registry);
  const durations = new Histogram({
    name: 'handover_http_request_duration_seconds',
    help: 'Until the last byte was sent: downloads and event streams last.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600],
    registers: [registry],
  });
  let reading: Promise<void> | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;

  return {
    contentType: registry.contentType,
    async text() {
      if (reading === null && performance.now() - readAtMs > FRESH_MS) {
        reading = readFigures(parts)
          .then((figures) => {
            showState(figures);
            readAtMs = performance.now();
          })
          .finally(() => {
            reading = null;
          });
      }
      await reading;
      return registry.metrics();
    },
    recordRequest({ method, route, status, seconds }) {
      durations.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
  };
}
