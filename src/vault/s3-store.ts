import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkName, missing } from './object-name.ts';
import { inS3, nullIfMissing, statusOf, unavailable } from './s3-errors.ts';
import type { S3Settings } from './s3-settings.ts';
import { uploadObject } from './s3-upload.ts';
import type { Store } from './store.ts';

/**
 * Bytes that are gathered before they are sent: a smaller object goes in one request, a larger one as a multipart
 * upload of parts of this size. S3 asks for 5 MiB at least and takes 10,000 parts: 80 GB, far above a part of ours.
 */
const PAGE_BYTES = 8 * 1024 * 1024;
/** Names in one answer to a list: as many as S3 gives. */
const KEYS_PER_PAGE = 1000;
/** Requests of one removal at a time. */
const REMOVALS_AT_ONCE = 16;
/** How often a read that broke is taken up again where it broke, without a byte in between. */
const RESUMES = 4;

/**
 * A store in a bucket of an S3-compatible server. An object appears when its one request, or the last of its
 * multipart upload, has succeeded. Requests are tried again by the SDK, with growing pauses; a removal also aborts
 * the unfinished uploads of killed processes, where the server can list them.
 */
export function openS3Store(
  settings: S3Settings,
  { pageBytes = PAGE_BYTES, keysPerPage = KEYS_PER_PAGE } = {},
): Store {
  const client = openClient(settings);
  const bucket = { Bucket: settings.bucket };
  const object = (name: string) => ({ ...bucket, Key: settings.prefix + checkName(name) });
  const nameOf = (key: string) => key.slice(settings.prefix.length);

  async function size(name: string): Promise<number | null> {
    const head = await nullIfMissing(client.send(new HeadObjectCommand(object(name))));
    return head?.ContentLength ?? null;
  }

  async function* read(
    name: string,
    { start = 0, end = Number.POSITIVE_INFINITY }: { start?: number; end?: number } = {},
  ): AsyncGenerator<Uint8Array, void> {
    const Key = object(name);
    if (start >= end) {
      if ((await size(name)) === null) throw missing(name);
      return;
    }
    let position = start;
    let version: string | undefined;
    for (let resumes = 0; position < end; resumes++) {
      const found = await getRange(client, { ...Key, ...(version && { IfMatch: version }) }, position, end);
      if (found === 'missing') throw missing(name);
      if (found === 'beyond') return;
      version = found.ETag;
      try {
        for await (const chunk of found.Body as Readable) {
          // Some servers take a range that ends at byte 0 for the whole.
          const piece: Uint8Array = chunk.subarray(0, end - position);
          position += piece.length;
          resumes = 0;
          yield piece;
          if (position >= end) break;
        }
        return;
      } catch (error) {
        if (resumes >= RESUMES) throw unavailable(error);
      }
    }
  }

  /** Keys of whole objects: all, or of one folder. */
  async function* listKeys(folder: string): AsyncGenerator<string, void> {
    const Prefix = settings.prefix + (folder && `${folder}/`);
    let ContinuationToken: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await inS3(
        client.send(new ListObjectsV2Command({ ...bucket, Prefix, ContinuationToken, MaxKeys: keysPerPage })),
      );
      for (const { Key } of page.Contents ?? []) if (Key) yield Key;
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async function abortUploads(prefix: string): Promise<void> {
    const Prefix = settings.prefix + prefix;
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | null = {};
    while (marker !== null) {
      const page: ListMultipartUploadsCommandOutput | null = await client
        .send(new ListMultipartUploadsCommand({ ...bucket, Prefix, ...marker }))
        .catch((error: unknown) => {
          // A server that cannot list them cleans up by a rule of the bucket.
          if (statusOf(error) === 501) return null;
          throw unavailable(error);
        });
      const ours = (page?.Uploads ?? []).filter(({ Key }) => Key === Prefix || Key?.startsWith(`${Prefix}/`));
      await eachOf(ours, async ({ Key, UploadId }) => {
        await nullIfMissing(client.send(new AbortMultipartUploadCommand({ ...bucket, Key, UploadId })));
      });
      marker = page?.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : null;
    }
  }

  return {
    size,
    write: async (name, bytes) =>
      uploadObject(client, { ...object(name), ...encryptionOf(settings) }, bytes, pageBytes),

    read,

    async readInto(name, target, start) {
      let filled = 0;
      for await (const piece of read(name, { start, end: start + target.length })) {
        target.set(piece, filled);
        filled += piece.length;
      }
      return filled;
    },

    async *list(prefix) {
      if (prefix !== '' && (await size(prefix)) !== null) yield prefix;
      for await (const key of listKeys(prefix)) yield nameOf(key);
    },

    async remove(prefix) {
      checkName(prefix);
      await abortUploads(prefix);
      // One by one: servers differ in the checksum that they ask of a request for many.
      const removeOne = (Key: string) =>
        nullIfMissing(client.send(new DeleteObjectCommand({ ...bucket, Key })));
      // Listed first: not every server goes on from a key that was removed meanwhile.
      const keys = [settings.prefix + prefix];
      for await (const key of listKeys(prefix)) keys.push(key);
      await eachOf(keys, removeOne);
    },
  };
}

function openClient({ endpoint, region, forcePathStyle, credentials }: S3Settings): S3Client {
  return new S3Client({
    region,
    forcePathStyle,
    ...(endpoint !== null && { endpoint }),
    ...(credentials && {
      credentials: { ...credentials, sessionToken: credentials.sessionToken ?? undefined },
    }),
    maxAttempts: 5,
    // Checksums in trailers are refused or stored by servers other than AWS. What is sent is signed with its SHA-256,
    // and what is read is authenticated when it is opened.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // In milliseconds: to connect, and until an answer begins. A reader may take as long as it likes.
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  });
}

function encryptionOf({ encryption }: S3Settings) {
  if (encryption === null) return {};
  return {
    ServerSideEncryption: encryption.by,
    ...(encryption.keyId !== null && { SSEKMSKeyId: encryption.keyId }),
  };
}

/** `beyond` when the object is shorter than `start`. An answer that ignores the range is a fault. */
async function getRange(
  client: S3Client,
  object: { Bucket: string; Key: string; IfMatch?: string },
  start: number,
  end: number,
): Promise<GetObjectCommandOutput | 'missing' | 'beyond'> {
  const isWhole = start === 0 && end === Number.POSITIVE_INFINITY;
  const Range = isWhole ? undefined : `bytes=${start}-${Number.isFinite(end) ? end - 1 : ''}`;
  try {
    const answer = await client.send(new GetObjectCommand({ ...object, Range }));
    if (Range && !answer.ContentRange?.startsWith(`bytes ${start}-`)) {
      (answer.Body as Readable).destroy();
      throw new Error('The server answered with another range than was asked for.');
    }
    return answer;
  } catch (error) {
    if (statusOf(error) === 416) return 'beyond';
    if (statusOf(error) === 404 && !(error instanceof Error && error.name === 'NoSuchBucket'))
      return 'missing';
    throw unavailable(error);
  }
}

async function eachOf<T>(items: T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const running = new Set<Promise<unknown>>();
  for (const item of items) {
    const work = run(item).finally(() => running.delete(work));
    running.add(work);
    // Awaited below; until then a failure is only remembered.
    work.catch(() => {});
    if (running.size >= REMOVALS_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}
