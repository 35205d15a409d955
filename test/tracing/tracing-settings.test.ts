import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from '../../src/env.ts';

const read = (env: Record<string, string | undefined>) => readEnvironment(env).tracing;

test('traces are made only where an address or the exporter is named', () => {
  for (const env of [
    {},
    { OTEL_SERVICE_NAME: 'exports' },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
  ]) {
    assert.equal(read(env), null);
  }
  const standard = { protocol: 'http/protobuf', sampler: 'parentbased_always_on', ratio: 1, delayMs: 5000 };
  assert.deepEqual(read({ OTEL_TRACES_EXPORTER: 'otlp' }), standard);
  assert.deepEqual(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }), standard);
  assert.deepEqual(
    read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    }),
    { protocol: 'http/json', sampler: 'parentbased_traceidratio', ratio: 0.1, delayMs: 5000 },
  );
});

test('a variable of OpenTelemetry that is wrong is named with its rule, and no value is taken for another', () => {
  for (const [name, value] of Object.entries({
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '10%',
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
  })) {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', [name]: value };
    assert.throws(() => read(env), { code: 'environment_invalid', message: new RegExp(`${name}: expected`) });
  }
});
