/** How traces are made and sent, as the standard variables of OpenTelemetry say. What is not here its SDK reads itself. */
export interface TracingSettings {
  protocol: Protocol;
  sampler: SamplerName;
  /** Of the samplers by ratio: 0 to 1. */
  ratio: number;
  /** Longest time that a span waits to be sent, in milliseconds. */
  delayMs: number;
}

const protocols = ['http/protobuf', 'http/json'] as const;
type Protocol = (typeof protocols)[number];

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
type SamplerName = (typeof samplers)[number];

const DEFAULT_DELAY_MS = 5_000;

/**
 * Null, and nothing of OpenTelemetry is loaded, unless an endpoint is set or `OTEL_TRACES_EXPORTER` is `otlp`. Adds what is
 * wrong to `problems`. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(
  get: (name: string) => string | null,
  problems: string[],
): TracingSettings | null {
  const exporter = get('OTEL_TRACES_EXPORTER');
  const endpoint = get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? get('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (get('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || exporter === 'none') return null;
  if (exporter === null && endpoint === null) return null;

  if (exporter !== null && exporter !== 'otlp') problems.push('OTEL_TRACES_EXPORTER: expected otlp or none');
  if (endpoint !== null && !/^https?:\/\//.test(endpoint)) {
    problems.push(
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected an http or https address, e.g. OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318',
    );
  }
  const protocol =
    get('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? get('OTEL_EXPORTER_OTLP_PROTOCOL') ?? protocols[0];
  if (!isOneOf(protocols, protocol)) {
    problems.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL: expected one of ${protocols.join(', ')}; collectors take both on port 4318`,
    );
  }
  const sampler = get('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  if (!isOneOf(samplers, sampler))
    problems.push(`OTEL_TRACES_SAMPLER: expected one of ${samplers.join(', ')}`);
  const ratio = Number(get('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) {
    problems.push('OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, e.g. OTEL_TRACES_SAMPLER_ARG=0.1');
  }
  const delayMs = Number(get('OTEL_BSP_SCHEDULE_DELAY') ?? DEFAULT_DELAY_MS);
  if (!Number.isInteger(delayMs) || delayMs < 0)
    problems.push('OTEL_BSP_SCHEDULE_DELAY: expected milliseconds, e.g. OTEL_BSP_SCHEDULE_DELAY=5000');

  return isOneOf(protocols, protocol) && isOneOf(samplers, sampler)
    ? { protocol, sampler, ratio, delayMs }
    : null;
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((candidate) => candidate === name);
}
