import { HandoverError } from '../errors.ts';

/** A bucket that holds the store: plain data, so that it can be handed to a thread. */
export interface S3Settings {
  bucket: string;
  /** What every key begins with, ending in `/`; empty for the whole bucket. */
  prefix: string;
  /** Of another server than AWS; null is AWS in `region`. */
  endpoint: string | null;
  region: string;
  /** `https://endpoint/bucket/key` instead of `https://bucket.endpoint/key`. */
  forcePathStyle: boolean;
  /** What the server is asked to encrypt by, on top of our sealing; null leaves it to the bucket. */
  encryption: { by: 'AES256' | 'aws:kms'; keyId: string | null } | null;
  /** Null lets the AWS SDK look where it usually does: a shared profile, the role of a container or machine. */
  credentials: S3Credentials | null;
}

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

const example = 'STORE_URL=s3://my-bucket/handover?region=eu-central-1';

/**
 * Reads `s3://bucket/prefix?endpoint=…&region=…&forcePathStyle=…&encryption=…&kmsKeyId=…`. Path style is the default
 * where an endpoint is named. Throws `environment_invalid`, never showing what may be a secret.
 */
export function readStoreUrl(
  text: string,
  { credentials, region }: { credentials: S3Credentials | null; region: string | null },
): S3Settings {
  const url = URL.canParse(text)
    ? new URL(text)
    : refuse(`expected the address of a bucket, e.g. ${example}`);
  if (url.protocol !== 's3:') refuse(`only s3:// is known, e.g. ${example}`);
  if (url.username || url.password)
    refuse('credentials belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host))
    refuse(`"${url.host}" is no bucket, e.g. ${example}`);

  const options = new Map(url.searchParams);
  const take = (name: string) => {
    const value = options.get(name) || null;
    options.delete(name);
    return value;
  };
  const endpoint = take('endpoint');
  if (endpoint !== null && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint)) {
    refuse(
      'endpoint: expected an http or https address without a path, e.g. endpoint=https://s3.example.com',
    );
  }
  const settings: S3Settings = {
    bucket: url.host,
    prefix: readPrefix(url.pathname),
    endpoint,
    region: take('region') ?? region ?? 'us-east-1',
    forcePathStyle: readFlag('forcePathStyle', take('forcePathStyle')) ?? endpoint !== null,
    encryption: readEncryption(take('encryption'), take('kmsKeyId')),
    credentials,
  };
  const [unknown] = options.keys();
  if (unknown !== undefined) {
    refuse(`"${unknown}" is not known; it takes endpoint, region, forcePathStyle, encryption and kmsKeyId`);
  }
  return settings;
}

function readPrefix(path: string): string {
  const prefix = path.replace(/^\/|\/$/g, '');
  if (prefix === '') return '';
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(prefix)) refuse('the prefix takes [a-zA-Z0-9._-], joined by "/"');
  return `${prefix}/`;
}

function readFlag(name: string, value: string | null): boolean | null {
  if (value !== null && value !== 'true' && value !== 'false') refuse(`${name}: expected true or false`);
  return value === null ? null : value === 'true';
}

function readEncryption(by: string | null, keyId: string | null): S3Settings['encryption'] {
  if (by === null && keyId === null) return null;
  if (by === 'aws:kms' || (by === 'AES256' && keyId === null)) return { by, keyId };
  return refuse('encryption: expected AES256, or aws:kms with or without a kmsKeyId');
}

function refuse(rule: string): never {
  throw new HandoverError('environment_invalid', `STORE_URL: ${rule}`);
}
