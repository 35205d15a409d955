import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { pagePolicy, policyText } from '../../src/http/security-headers.ts';
import type { ExportView } from '../../src/page/wire.ts';
import { ago, type Scene } from './scenes.ts';

/**
 * Serves the built page below a path, under the service's own content security policy, and plays the wire of the account door from a
 * scene. For states that the real service shows rarely or briefly; what the service really does is tested with it.
 */
export interface FakeService {
  /** Address of the page, with a path before it and a slash at its end. */
  url: string;
  /** What it was asked, `POST v1/exports`, in order; reading the list and the portal is left out. */
  calls: string[];
  /** From now on this is how things stand; an open page hears of it by an event. */
  show(scene: Scene): void;
  /** Every call is answered so, until it is null: `[401, 'unauthenticated']`. */
  fail(problem: [status: number, code: string] | null): void;
  /** What a POST or DELETE leads to. */
  onCall(then: (call: string) => Scene | [status: number, code: string]): void;
  close(): Promise<void>;
}

const folder = new URL('../../dist/page/', import.meta.url);
const mount = '/portal/';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32"><rect width="32" height="32" rx="8" fill="#0b7285"/><path d="M9 12v8m7-12v16m7-12v8" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;
const brand = `:root { --accent: #0b7285; --on-accent: #ffffff; --accent-ink: #0b7285; }
@media (prefers-color-scheme: dark) { :root { --accent: #0b7285; --on-accent: #ffffff; --accent-ink: #4fc3d9; } }`;

/** Listens on a free port of the loopback. */
export async function startFakeService(first: Scene): Promise<FakeService> {
  let scene = first;
  let failure: [number, string] | null = null;
  let then: (call: string) => Scene | [number, string] = () => scene;
  const calls: string[] = [];
  const listeners = new Set<ServerResponse>();

  const show = (next: Scene) => {
    scene = next;
    const [view] = scene.list.exports;
    if (view) for (const response of listeners) sendEvent(response, view);
  };

  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policyText(pagePolicy));
    const [path = '', query] = (request.url ?? '').split('?');
    if (!path.startsWith(`${mount}v1/`)) return void sendPage(response, path);
    const call = `${request.method} ${path.slice(mount.length)}`;
    if (call === 'GET v1/brand.css') return send(response, 200, brand, 'text/css');
    if (call === 'GET v1/logo') return send(response, 200, logo, 'image/svg+xml');
    if (call === 'GET v1/file') return sendFile(response);
    if (failure) return sendProblem(response, ...failure);
    // The real one refuses a session that names an account which is not its own.
    const named = new URLSearchParams(query).get('accountId');
    if (named !== null && named !== scene.portal.account.id) return sendProblem(response, 403, 'forbidden');
    if (call.endsWith('/events')) return follow(request, response);
    if (call === 'GET v1/portal') return sendJson(response, 200, scene.portal);
    if (call === 'GET v1/exports') return sendJson(response, 200, { ...scene.list, now: ago(0) });
    if (request.method === 'GET') return sendProblem(response, 404, 'not_found');
    calls.push(call);
    const outcome = then(call);
    if (Array.isArray(outcome)) return sendProblem(response, ...outcome);
    show(outcome);
    if (call === 'POST v1/sign-out') return void response.writeHead(204).end();
    if (call.endsWith('download-link'))
      return sendJson(response, 201, { url: 'v1/file', expiresAt: ago(-1000) });
    return sendJson(response, 200, scene.list.exports[0] ?? null);
  });

  function follow(request: IncomingMessage, response: ServerResponse) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const [view] = scene.list.exports;
    if (view) sendEvent(response, view);
    listeners.add(response);
    request.on('close', () => listeners.delete(response));
  }

  return {
    url: `http://127.0.0.1:${await listen(server)}${mount}`,
    calls,
    show,
    fail(problem) {
      failure = problem;
      if (problem) for (const response of listeners) response.end();
    },
    onCall: (next) => {
      then = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

async function sendPage(response: ServerResponse, path: string): Promise<void> {
  const file = path.slice(mount.length) || 'index.html';
  try {
    send(response, 200, await readFile(new URL(file, folder)), types[extname(file)] ?? 'text/plain');
  } catch {
    send(response, 404, 'not found', 'text/plain');
  }
}

function sendFile(response: ServerResponse): void {
  response.setHeader('content-disposition', 'attachment; filename="voicebox-export.json"');
  sendJson(response, 200, { exportVersion: '1.0' });
}

function sendEvent(response: ServerResponse, view: ExportView): void {
  response.write(`event: export\ndata: ${JSON.stringify(view)}\n\n`);
}

function sendProblem(response: ServerResponse, status: number, code: string): void {
  send(response, status, JSON.stringify({ title: code, status, code }), 'application/problem+json');
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, JSON.stringify(body), 'application/json');
}

function send(response: ServerResponse, status: number, body: string | Buffer, type: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
