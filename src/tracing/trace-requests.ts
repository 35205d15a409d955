import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tracing } from '../tracing.ts';

/** What is asked each few seconds by whatever watches over the process. */
const unseen = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * A span for each request. It has the pattern of the address and never the address, which may be a token. A trace that the
 * caller brings along is linked to and not joined: anybody on the Internet may call. To be called before the routes
 * are registered. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url;
    if (route === undefined || !unseen.has(route)) spans.set(request, start(tracing, request, route));
    done();
  });
  // After the body was read: what reads it loses the context.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) context.with(trace.setSpan(context.active(), span), done);
    else done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) {
      span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(reply.statusCode));
    }
    span?.end();
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    spans.get(request)?.setAttribute('handover.request.aborted', true);
    done();
  });
}

function start(tracing: Tracing, request: FastifyRequest, route: string | undefined): Span {
  const { traceparent } = request.headers;
  const caller = trace.getSpanContext(
    tracing.carried(typeof traceparent === 'string' ? traceparent : undefined),
  );
  return tracing.tracer.startSpan(
    route === undefined ? request.method : `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      links: caller ? [{ context: caller }] : [],
      attributes: {
        'http.request.method': request.method,
        ...(route !== undefined && { 'http.route': route }),
        'url.scheme': request.protocol,
        'network.protocol.version': request.raw.httpVersion,
      },
    },
    ROOT_CONTEXT,
  );
}
