import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A span as OTLP's JSON has it, with its attributes by name. */
export interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: number;
  service: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  isError: boolean;
  startedAt: bigint;
  endedAt: bigint;
}

/** Takes what OTLP over HTTP sends, as a collector does. */
export async function startReceiver(t: TestContext) {
  const bodies: Buffer[] = [];
  const contentTypes: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') {
      bodies.push(Buffer.concat(chunks));
      contentTypes.push(request.headers['content-type'] ?? '');
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    contentTypes,
    /** Everything that was sent, as text. */
    text: () => Buffer.concat(bodies).toString(),
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body.toString()))),
  };
}

interface Wire {
  resourceSpans: {
    resource: { attributes: WireAttribute[] };
    scopeSpans: { spans: WireSpan[] }[];
  }[];
}
interface WireAttribute {
  key: string;
  value: Record<string, unknown>;
}
interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: WireAttribute[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

function spansOf({ resourceSpans }: Wire): SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(
        ({ parentSpanId, links = [], status, attributes, startTimeUnixNano, endTimeUnixNano, ...span }) => ({
          ...span,
          parentSpanId: parentSpanId || undefined,
          service: String(named(resource.attributes)['service.name']),
          attributes: named(attributes),
          links,
          isError: status?.code === 2,
          startedAt: BigInt(startTimeUnixNano),
          endedAt: BigInt(endTimeUnixNano),
        }),
      ),
  );
}

function named(attributes: WireAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
