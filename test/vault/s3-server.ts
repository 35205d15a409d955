import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import S3rver from '@20minutes/s3rver';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../src/vault/s3-settings.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * An empty bucket of an S3-compatible server that checks signatures: one from npm, started on loopback, or the one
 * named by `TEST_S3_URL` (with its key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), which gets a bucket for each test.
 * `before` sees each request before the one from npm does, and may answer it.
 */
export async function emptyBucket(
  t: TestContext,
  { before }: { before?: RequestListener } = {},
): Promise<S3Settings> {
  const { TEST_S3_URL, AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
  const named = before ? undefined : TEST_S3_URL;
  const bucket = newBucket();
  const settings: S3Settings = {
    bucket,
    prefix: 'handover/',
    endpoint: named ?? (await startServer(t, before)),
    region: 'us-east-1',
    forcePathStyle: true,
    encryption: null,
    credentials: named
      ? { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: null }
      : { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: null },
  };
  await clientOf(settings).send(new CreateBucketCommand({ Bucket: bucket }));
  return settings;
}

/** A client of the test's own, to look behind the store. */
export function clientOf({ endpoint, region, credentials }: S3Settings): S3Client {
  return new S3Client({
    region,
    endpoint: endpoint ?? '',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(credentials && { credentials: { ...credentials, sessionToken: undefined } }),
  });
}

export const isNamed = process.env.TEST_S3_URL !== undefined;

/**
 * Its check of signatures leaves out the slash at the end of a request for a whole bucket, so that only those go to a
 * second one that does not check. It writes straight into the file of an object, so that writes of one object
 * take turns.
 */
async function startServer(t: TestContext, before?: RequestListener): Promise<string> {
  const options = { silent: true, directory: join(await temporaryFolder(t), 's3') };
  const strict = new S3rver(options).callback();
  const lenient = new S3rver({ ...options, allowMismatchedSignatures: true }).callback();
  const inTurn = takeTurns();
  const server = createServer((request, response) => {
    const isOfBucket = /^\/[^/?]+\/?(\?|$)/.test(request.url ?? '');
    before?.(request, response);
    if (response.writableEnded) return;
    inTurn(request, response, () => (isOfBucket ? lenient : strict)(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Holds a PUT back until earlier ones to the same path are answered. */
function takeTurns() {
  const last = new Map<string, Promise<unknown>>();
  return (request: IncomingMessage, response: ServerResponse, run: () => void) => {
    if (request.method !== 'PUT') return run();
    const [path = ''] = request.url?.split('?') ?? [];
    const before = last.get(path) ?? Promise.resolve();
    const answered = new Promise((resolve) => response.once('close', resolve));
    last.set(
      path,
      before.then(() => answered),
    );
    void before.then(run);
  };
}

let lastBucket = 0;

function newBucket(): string {
  return `handover-${process.pid}-${Date.now().toString(36)}-${++lastBucket}`;
}
