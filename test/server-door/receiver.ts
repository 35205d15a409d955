import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What a product's server got. */
export interface Received {
  path: string;
  method: string;
  headers: IncomingMessage['headers'];
  /** As it came. */
  raw: Buffer;
}

/** A product's server that is told of exports. `respond` may be changed while it runs. */
export interface Receiver {
  url: string;
  received: Received[];
  respond: (response: ServerResponse) => void;
  /** Nobody listens there any more. */
  stop(): Promise<void>;
}

/** On loopback; answers 200 at first. */
export async function startReceiver(t: TestContext): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url: path = '', method = '', headers } = request;
    receiver.received.push({ path, method, headers, raw: Buffer.concat(chunks) });
    receiver.respond(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/exports`,
    received: [],
    respond: (response) => response.writeHead(200).end(),
    async stop() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  t.after(receiver.stop);
  return receiver;
}
