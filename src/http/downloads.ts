import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { contentDisposition } from '../archive/file-name.ts';
import { type Download, openDownload } from '../steps/download-export.ts';
import type { Parts } from '../steps/parts.ts';
import type { ByteRange } from '../vault/open-chunks.ts';
import { problemAnswers, security } from './answers.ts';
import { wireRefusal } from './problem.ts';
import { decideAnswer } from './range.ts';
import { limitByAddress, limits } from './rate-limits.ts';
import { takeOver, written } from './take-over.ts';
import type { Transfers } from './transfers.ts';

/** The file by its mailed link: whoever has the link gets the file, as often as they like, until it expires. */
export async function downloadRoutes(
  app: FastifyInstance,
  parts: Parts,
  transfers: Transfers,
): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().route({
    method: ['GET', 'HEAD'],
    url: '/download/:token',
    exposeHeadRoute: false,
    config: { forPeople: true, ...limitByAddress(limits.download) },
    schema: {
      ...archiveSchema,
      security: security.anybody,
      operationId: 'downloadByLink',
      summary: 'Download the file by its link',
      params: z.object({ token: z.string() }),
      response: archiveAnswers(['download_invalid', 'rate_limited']),
    },
    handler: async (request, reply) => {
      const download = await openDownload(parts, { token: request.params.token });
      return sendArchive(transfers, request, reply, download, { via: 'link' });
    },
  });
}

/** Conditional headers that a download understands; everything else in the head passes unseen. */
export const archiveSchema = {
  tags: ['download'],
  description:
    'RFC 9110: one range at a time (several are answered with the whole file), If-Range, If-Match, If-None-Match and their dates. A broken download goes on where it broke.',
  headers: z.looseObject({
    range: z.string().optional().describe('`bytes=1000-`, `bytes=0-999`, `bytes=-500`'),
    'if-range': z.string().optional().describe('The ETag of the file that is to be continued.'),
  }),
};

/** What a download may be answered with; `contentTypes` are those that the file may have. */
export function archiveAnswers(
  codes: Parameters<typeof problemAnswers>[0],
  contentTypes: string[] = ['application/json'],
) {
  const file = z.string().meta({ description: 'The bytes of the file.' });
  const content = Object.fromEntries(contentTypes.map((type) => [type, { schema: file }]));
  return {
    200: { description: 'The whole file.', content },
    206: { description: 'The range that was asked for.', content },
    304: z.null().describe('The caller has this very file.'),
    ...problemAnswers([...codes, 'precondition_failed', 'range_not_satisfiable', 'archive_damaged']),
  };
}

/**
 * Answers with the file, or the part of it that was asked for, byte for byte as long as it says. What breaks in the
 * middle breaks the connection, so that a short file is never taken for a whole one. Recorded either way.
 */
export async function sendArchive(
  transfers: Transfers,
  request: FastifyRequest,
  reply: FastifyReply,
  download: Download,
  who: { via: 'link' | 'session' | 'server'; actor?: string },
): Promise<FastifyReply> {
  const { sizeBytes, etag, lastModified, fileName } = download;
  const answer = decideAnswer(request.method, request.headers, { sizeBytes, etag, lastModified });
  switch (answer.status) {
    case 412:
      throw wireRefusal('precondition_failed');
    case 416:
      reply.header('content-range', `bytes */${sizeBytes}`);
      throw wireRefusal('range_not_satisfiable');
    case 304:
      return reply.code(304).headers({ etag, 'last-modified': lastModified.toUTCString() }).send();
  }
  const { status, start, end } = answer;
  const isHead = request.method === 'HEAD';
  if (isHead) await download.check({ start, end });
  const bytes = isHead ? null : await begin(download, { start, end });
  reply.code(status).headers({
    'content-type': download.contentType,
    'content-disposition': contentDisposition(fileName),
    'content-length': end - start,
    'accept-ranges': 'bytes',
    etag,
    'last-modified': lastModified.toUTCString(),
    ...(status === 206 && { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
  });
  if (bytes === null) return reply.send();
  await transfers.track(transfer(request, reply, download, bytes, { start, end, ...who }));
  return reply;
}

/**
 * The bytes of a range, of which the first are there and all parts were looked at, side by side: what is seen to be
 * damaged is refused with words, rather than by a connection that breaks.
 */
async function begin(download: Download, range: ByteRange): Promise<AsyncGenerator<Uint8Array, void>> {
  const reading = download.read(range);
  const first = reading.next();
  // Thrown below, if the parts look well.
  first.catch(() => {});
  try {
    await download.check(range);
    await first;
  } catch (error) {
    await reading.return();
    throw error;
  }
  return withFirst(first, reading);
}

async function* withFirst<T>(
  first: Promise<IteratorResult<T, void>>,
  reading: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    const { value, done } = await first;
    if (done) return;
    yield value;
    yield* reading;
  } finally {
    await reading.return();
  }
}

async function transfer(
  request: FastifyRequest,
  reply: FastifyReply,
  download: Download,
  bytes: AsyncIterable<Uint8Array>,
  record: Omit<Parameters<Download['record']>[0], 'bytesSent' | 'complete'>,
): Promise<void> {
  const raw = takeOver(reply, reply.statusCode, {});
  let bytesSent = 0;
  try {
    for await (const chunk of bytes) {
      bytesSent += chunk.length;
      await written(raw, chunk);
      if (raw.destroyed) break;
    }
    await ended(raw);
  } catch (error) {
    request.log.error({ err: error, exportId: download.exportId }, 'download broke off');
    raw.destroy();
  }
  const complete = raw.writableFinished;
  await download.record({ ...record, bytesSent, complete }).catch((error: unknown) => {
    request.log.error({ err: error, exportId: download.exportId }, 'download could not be recorded');
  });
}

/** Ends the answer and waits until its last byte was handed to the network, or the client was gone. */
function ended(raw: FastifyReply['raw']): Promise<void> {
  return new Promise((resolve) => {
    if (raw.destroyed) return resolve();
    raw.once('close', resolve);
    raw.end(() => resolve());
  });
}
