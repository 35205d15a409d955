import pino, { type DestinationStream, type Logger, type SerializedError } from 'pino';

/**
 * The log of every process: one JSON object a line, on standard output unless a destination is given.
 * What opens doors or names people never reaches it. Named fields are dropped by `redact`; whatever slips into a
 * message, a URL or a stack is caught by `scrub`, which sees each finished line.
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: withheld, censor: '[redacted]' },
      serializers: { err: describeError, error: describeError, req: describeRequest, res: describeReply },
    },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}

/** Takes tokens, keys, credentials and e-mail addresses out of a text; the rest stays as it is. */
export function scrub(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of scrubbings) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Fields that are withheld wherever they stand, one or two levels deep. */
const withheld = [
  'authorization',
  'cookie',
  'headers',
  'body',
  'email',
  'to',
  'token',
  'secret',
  'password',
  'identity',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Bounded repeats only: a line may be long, and a log must not be slow. */
const scrubbings: [RegExp, string][] = [
  [/\/(confirm|download|portal)\/[^/?#\s"'\\<>]+/g, '/$1/[redacted]'],
  [/\b(Basic|Bearer)\s+[\w+/=.~-]{6,}/gi, '$1 [redacted]'],
  [/AGE-SECRET-KEY-1[0-9A-Z]+/gi, '[key]'],
  [/(handover_session=)[^;\s"\\]+/g, '$1[redacted]'],
  // user:password@ of a database or mail server URL
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'/@\\]{1,256}@/gi, '$1[redacted]@'],
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,255}\.\p{L}{2,24}/gu, '[e-mail]'],
];

/** An error without what a driver hangs on it: Postgres adds the offending row's values as `detail`. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code }: SerializedError & { code?: unknown } = pino.stdSerializers.err(error);
  return { type, message, stack, ...(code === undefined ? {} : { code }) };
}

function describeRequest(request: { method?: string; url?: string }): unknown {
  return { method: request.method, url: request.url };
}

function describeReply(reply: { statusCode?: number }): unknown {
  return { statusCode: reply.statusCode };
}
