import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { inS3 } from './s3-errors.ts';

type Target = Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'ServerSideEncryption' | 'SSEKMSKeyId'>;

/**
 * Writes an object in one request, or in a multipart upload of pages of `pageBytes`. At most two pages are in memory:
 * while one is sent, the other is filled. A failed upload is aborted, so that its pages are not kept and paid for.
 */
export async function uploadObject(
  client: S3Client,
  target: Target,
  bytes: AsyncIterable<Uint8Array>,
  pageBytes: number,
): Promise<{ sizeBytes: number }> {
  const pages = gatherPages(bytes, pageBytes);
  const upload = openMultipart(client, target);
  let sizeBytes = 0;
  try {
    for await (const { page, isLast } of pages) {
      sizeBytes += page.length;
      if (isLast && !upload.isOpen()) {
        await inS3(client.send(new PutObjectCommand({ ...target, Body: page })));
        return { sizeBytes };
      }
      if (page.length > 0) await upload.send(page);
    }
    await upload.complete();
    return { sizeBytes };
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

/** One multipart upload, begun at its first page. */
function openMultipart(client: S3Client, target: Target) {
  const object = { Bucket: target.Bucket, Key: target.Key };
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  let uploadId: string | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  async function sendPart(PartNumber: number, Body: Uint8Array): Promise<void> {
    const { ETag } = await inS3(
      client.send(new UploadPartCommand({ ...object, UploadId: uploadId, PartNumber, Body })),
    );
    parts.push({ PartNumber, ETag });
  }

  return {
    isOpen: () => uploadId !== undefined,
    /** Returns once the page before is sent: its memory may be used again. */
    async send(page: Uint8Array): Promise<void> {
      if (uploadId === undefined) {
        uploadId = (await inS3(client.send(new CreateMultipartUploadCommand(target)))).UploadId;
      }
      await sending;
      sending = sendPart(parts.length + 1, page);
      // Awaited before the next. Until then a failure is only remembered.
      sending.catch(() => {});
    },
    async complete(): Promise<void> {
      await sending;
      const MultipartUpload = { Parts: parts };
      await inS3(
        client.send(new CompleteMultipartUploadCommand({ ...object, UploadId: uploadId, MultipartUpload })),
      );
    },
    /** Never throws: it may not hide why the upload failed. What stays behind goes with the export's folder. */
    async abort(): Promise<void> {
      if (uploadId === undefined) return;
      await sending.catch(() => {});
      await client.send(new AbortMultipartUploadCommand({ ...object, UploadId: uploadId })).catch(() => {});
    },
  };
}

/**
 * Copies chunks into pages, so that a chunk may be overwritten once the next is asked for. Pages are all full but the
 * last, which is marked. There are two, in turn: one may be filled while the consumer still uses the one before.
 */
async function* gatherPages(
  bytes: AsyncIterable<Uint8Array>,
  pageBytes: number,
): AsyncGenerator<{ page: Uint8Array; isLast: boolean }, void> {
  let page = Buffer.allocUnsafe(0);
  let spare = Buffer.allocUnsafe(0);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; ) {
      if (filled === pageBytes) {
        yield { page, isLast: false };
        [page, spare] = [spare, page];
        filled = 0;
      }
      const piece = chunk.subarray(from, from + pageBytes - filled);
      page = withRoom(page, filled, filled + piece.length, pageBytes);
      page.set(piece, filled);
      filled += piece.length;
      from += piece.length;
    }
  }
  yield { page: page.subarray(0, filled), isLast: true };
}

/** Grows a page by doubling: most objects are small, and many are written at once. */
function withRoom(page: Buffer<ArrayBuffer>, filled: number, wanted: number, pageBytes: number) {
  if (page.length >= wanted) return page;
  const larger = Buffer.allocUnsafe(Math.min(pageBytes, Math.max(wanted, page.length * 2, 64 * 1024)));
  larger.set(page.subarray(0, filled));
  return larger;
}
