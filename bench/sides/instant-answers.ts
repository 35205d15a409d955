import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of the chat API that does nothing: each export is started and completed at once. */
export async function start() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: async () => `http://127.0.0.1:${port}` };
}

const ANSWER = JSON.stringify({
  task_id: '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c',
  status: 'completed',
  duration: '0.10ms',
});
