import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

const READ_BYTES = 256 * 1024;

/** One plain file by `node:http` and a read stream: what is left to compare with where there is no nginx. */
export async function start({ path }: { path: string }) {
  const server = createServer(async (request, response) => {
    const { size } = await stat(path);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const end = Number(to ?? size - 1);
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': end - start + 1,
      ...(from !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
    pipeline(createReadStream(path, { start, end, highWaterMark: READ_BYTES }), response, () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: async () => `http://127.0.0.1:${port}` };
}
