import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { HandoverError } from './errors.ts';
import { readTracing, type TracingSettings } from './tracing-settings.ts';

/** What the environment says, checked and with its defaults. Only this file reads it. */
export interface Environment {
  /** `PORT`, default 4600; 0 takes any free port. */
  port: number;
  /** `HOST`, default 127.0.0.1. */
  host: string;
  /** `PUBLIC_URL` without a trailing slash: what people and mails see. Default: `http://HOST:PORT`. */
  publicUrl: string | null;
  /** `DATABASE_URL`; null keeps the state in the data folder. */
  databaseUrl: string | null;
  /** `SOURCE_DATABASE_URL`, the product's database, for commands that read no config. */
  sourceDatabaseUrl: string | null;
  /** `HANDOVER_CONFIG`, default `handover.config.ts`, absolute. */
  configPath: string;
  /** `HANDOVER_DATA_DIR`, default `.handover` (the demo's is its own), absolute. */
  dataDir: string;
  /** `STORE_URL`, a bucket; null keeps archives in the data folder. */
  storeUrl: string | null;
  /** `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, for the bucket. */
  awsCredentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string | null } | null;
  /** `AWS_REGION`, where `STORE_URL` names none. */
  awsRegion: string | null;
  /** `METRICS_TOKEN`, by which `/metrics` can be read without an API key. */
  metricsToken: string | null;
  /** `HANDOVER_KEY`, 32 bytes in base64 or hex; null makes one in the data folder. */
  installationKey: string | null;
  /** `HANDOVER_API_KEY` and `HANDOVER_API_SECRET`, a key that exists without being created. */
  presetKey: { key: string; secret: string } | null;
  /** `SMTP_URL`; null keeps mails in the local mailbox. */
  smtpUrl: string | null;
  /** `MAIL_FROM` */
  mailFrom: string | null;
  /** `LOG_LEVEL`, default info. */
  logLevel: string;
  /** `TRUST_PROXY`: addresses of the reverse proxies in front, comma separated; null trusts none. */
  trustProxy: string | null;
  /** `OTEL_…`, the standard variables of OpenTelemetry; null makes no traces. */
  tracing: TracingSettings | null;
}

/** Shortest API secret, in bytes: JWT libraries refuse HS256 keys below 256 bits (RFC 7518, 3.2). */
export const MIN_SECRET_BYTES = 32;

/** Shortest token for the metrics, in characters. */
const MIN_METRICS_TOKEN = 16;

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Throws `environment_invalid` naming every variable that is wrong, its rule and a right value. */
export function readEnvironment(
  env: Record<string, string | undefined> = process.env,
  defaults = { dataDir: '.handover' },
): Environment {
  const problems: string[] = [];
  const get = (name: string) => env[name]?.trim() || null;

  const port = Number(get('PORT') ?? 4600);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    problems.push('PORT: expected a whole number from 0 to 65535, e.g. PORT=4600');
  }
  const publicUrl = get('PUBLIC_URL');
  if (publicUrl !== null && !isWebAddress(publicUrl)) {
    problems.push(
      'PUBLIC_URL: expected an http or https address without query, e.g. PUBLIC_URL=https://export.example.com',
    );
  }
  const apiKey = get('HANDOVER_API_KEY');
  const apiSecret = get('HANDOVER_API_SECRET');
  if ((apiKey === null) !== (apiSecret === null)) {
    problems.push('HANDOVER_API_KEY and HANDOVER_API_SECRET: set both, or neither');
  }
  if (apiKey?.includes(':'))
    problems.push('HANDOVER_API_KEY: a colon is not allowed (HTTP Basic splits there)');
  if (apiSecret !== null && Buffer.byteLength(apiSecret) < MIN_SECRET_BYTES) {
    problems.push(
      `HANDOVER_API_SECRET: expected at least ${MIN_SECRET_BYTES} bytes, e.g. from: openssl rand -hex 32`,
    );
  }
  const accessKeyId = get('AWS_ACCESS_KEY_ID');
  const secretAccessKey = get('AWS_SECRET_ACCESS_KEY');
  if (get('STORE_URL') !== null && (accessKeyId === null) !== (secretAccessKey === null)) {
    problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: set both, or neither');
  }
  const metricsToken = get('METRICS_TOKEN');
  if (metricsToken !== null && (metricsToken.length < MIN_METRICS_TOKEN || /\s/.test(metricsToken))) {
    problems.push(
      `METRICS_TOKEN: expected at least ${MIN_METRICS_TOKEN} characters without spaces, e.g. from: openssl rand -hex 16`,
    );
  }
  const trustProxy = get('TRUST_PROXY');
  if (trustProxy !== null && !trustProxy.split(',').every(isProxyAddress)) {
    problems.push(
      'TRUST_PROXY: expected the addresses of your proxies, comma separated, e.g. TRUST_PROXY=127.0.0.1,10.0.0.0/8',
    );
  }
  const logLevel = get('LOG_LEVEL') ?? 'info';
  if (!levels.includes(logLevel)) problems.push(`LOG_LEVEL: expected one of ${levels.join(', ')}`);

  const tracing = readTracing(get, problems);

  if (problems.length > 0) {
    throw new HandoverError(
      'environment_invalid',
      `The environment is not valid.\n  ${problems.join('\n  ')}`,
    );
  }
  return {
    port,
    host: get('HOST') ?? '127.0.0.1',
    publicUrl: publicUrl?.replace(/\/+$/, '') ?? null,
    databaseUrl: get('DATABASE_URL'),
    sourceDatabaseUrl: get('SOURCE_DATABASE_URL'),
    configPath: resolve(get('HANDOVER_CONFIG') ?? 'handover.config.ts'),
    dataDir: resolve(get('HANDOVER_DATA_DIR') ?? defaults.dataDir),
    storeUrl: get('STORE_URL'),
    awsCredentials:
      accessKeyId && secretAccessKey
        ? { accessKeyId, secretAccessKey, sessionToken: get('AWS_SESSION_TOKEN') }
        : null,
    awsRegion: get('AWS_REGION'),
    metricsToken,
    installationKey: get('HANDOVER_KEY'),
    presetKey: apiKey && apiSecret ? { key: apiKey, secret: apiSecret } : null,
    smtpUrl: get('SMTP_URL'),
    mailFrom: get('MAIL_FROM'),
    logLevel,
    trustProxy,
    tracing,
  };
}

/** `http://127.0.0.1:4600`; with brackets around an IPv6 address, and `localhost` for a host that stands for all. */
export function localAddress(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** An address, a network (`10.0.0.0/8`), or one of the names that `@fastify/proxy-addr` has for networks. */
function isProxyAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.trim().split('/');
  const version = isIP(address);
  if (version === 0) return ['loopback', 'linklocal', 'uniquelocal'].includes(text.trim());
  const isNetwork =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  return isNetwork && more.length === 0;
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username;
}
