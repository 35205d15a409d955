import { S3ServiceException } from '@aws-sdk/client-s3';
import { HandoverError } from '../errors.ts';

/** What an S3 server refuses, or does not answer, as `store_unavailable`. */
export async function inS3<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Null if there is no such object or upload; any other trouble is `store_unavailable`. */
export async function nullIfMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (cause) {
    if (statusOf(cause) === 404 && nameOf(cause) !== 'NoSuchBucket') return null;
    throw unavailable(cause);
  }
}

/** Names the server's own code and status, never its words: they may hold keys of the bucket. */
export function unavailable(cause: unknown): HandoverError {
  const code = nameOf(cause);
  const status = statusOf(cause);
  const message = `The store cannot be reached or refused (${status === null ? code : `${code}, ${status}`}).`;
  return new HandoverError('store_unavailable', message, { details: { code, status }, cause });
}

/** The HTTP status of an answer; null when there was none. */
export function statusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
