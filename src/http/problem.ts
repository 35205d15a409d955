import { type ErrorCode, HandoverError, refusals } from '../errors.ts';

/** Codes that only exist on the wire: what HTTP itself can refuse, and faults. */
const wireRefusals = {
  body_too_large: 'The body of the request is larger than 64 KiB. Send less.',
  media_type_unsupported: 'The body is not JSON. Send it with Content-Type: application/json.',
  range_not_satisfiable: 'The file ends before the range that was asked for. Start the download again.',
  precondition_failed: 'The file is not the one this download began with. Start it again from the beginning.',
  internal_error:
    'Something failed on our side while this was answered. Exports and files that exist are untouched. Try again in a minute; if it happens again, report the number in `instance`.',
} as const;

export type ProblemCode = ErrorCode | keyof typeof wireRefusals;

/** Every code of every answer: its HTTP status and a title that never changes. The words are in {@link wordsOf}. */
export const problems = {
  export_active: { status: 409, title: 'An export is already active' },
  export_cooldown: { status: 429, title: 'The cooldown has not ended' },
  export_not_found: { status: 404, title: 'No such export' },
  export_not_pending: { status: 409, title: 'The export is not waiting for a confirmation' },
  export_not_cancellable: { status: 409, title: 'The export cannot be cancelled' },
  export_not_ready: { status: 409, title: 'There is no file to download' },
  export_not_failed: { status: 409, title: 'The export has not failed' },
  manifest_not_ready: { status: 409, title: 'The manifest is not ready yet' },
  manifest_not_found: { status: 404, title: 'There is no manifest' },
  manifest_invalid: { status: 400, title: 'Not a manifest' },
  confirmation_invalid: { status: 410, title: 'The confirmation link does not work any more' },
  download_invalid: { status: 410, title: 'The download link does not work any more' },
  portal_link_invalid: { status: 410, title: 'The sign-in link does not work any more' },
  chat_not_found: { status: 404, title: 'A channel or user does not exist' },
  chat_limit_exceeded: { status: 400, title: 'More than one answer may hold' },
  chat_unset: { status: 404, title: 'The server door is not set up' },
  address_invalid: { status: 410, title: 'The address is not valid' },
  subject_unknown: { status: 404, title: 'No such account' },
  kind_unknown: { status: 404, title: 'No such kind of export' },
  resend_too_soon: { status: 429, title: 'A mail was sent a moment ago' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'Not allowed' },
  rate_limited: { status: 429, title: 'Too many requests' },
  invalid_request: { status: 400, title: 'The request is not valid' },
  not_found: { status: 404, title: 'Nothing here' },
  config_invalid: { status: 500, title: 'The config is not valid' },
  environment_invalid: { status: 500, title: 'The environment is not valid' },
  data_folder_locked: { status: 503, title: 'The data folder is in use' },
  key_unusable: { status: 500, title: 'The installation key does not fit' },
  archive_damaged: { status: 500, title: 'The archive is damaged' },
  source_unavailable: { status: 503, title: 'The source cannot be reached' },
  source_refused: { status: 500, title: 'The source refused the read' },
  snapshot_lost: { status: 503, title: 'The snapshot was lost' },
  snapshot_too_old: { status: 503, title: 'The snapshot grew too old' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
  retries_exhausted: { status: 500, title: 'The export was given up' },
  body_too_large: { status: 413, title: 'The body is too large' },
  media_type_unsupported: { status: 415, title: 'The body is not JSON' },
  range_not_satisfiable: { status: 416, title: 'The range lies outside the file' },
  precondition_failed: { status: 412, title: 'The file is another one' },
  internal_error: { status: 500, title: 'A fault on our side' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>;

/** RFC 9457. `instance` is the request's id, as a URN, so that a person can report it and an operator find it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance: string;
  [detail: string]: unknown;
}

/**
 * What an answer says of whatever was thrown. A refusal speaks for itself; a fault (anything else, and a refusal
 * that is our own trouble: status 500 and above) shows only fixed words, since its message may name internals.
 */
export function describeProblem(error: unknown, context: { publicUrl: string; requestId: string }): Problem {
  const code = codeOf(error);
  const { status, title } = problems[code];
  const own = error instanceof HandoverError && status < 500 ? error : null;
  const problem = {
    type: `${context.publicUrl}/docs/errors#${code}`,
    title,
    status,
    detail: own?.message ?? wordsOf(code),
    code,
    instance: `urn:uuid:${context.requestId}`,
  };
  return { ...problem, ...own?.details, ...problem };
}

/** Something to throw for a code that {@link HandoverError} does not know, since it only exists on the wire. */
export function wireRefusal(code: keyof typeof wireRefusals): Error & { problemCode: ProblemCode } {
  return Object.assign(new Error(wordsOf(code)), { problemCode: code });
}

/** What happened and the way out. */
export function wordsOf(code: ProblemCode): string {
  if (code in wireRefusals) return wireRefusals[code as keyof typeof wireRefusals];
  const words = refusals[code as ErrorCode];
  return problems[code].status >= 500 ? `${words} ${ourTrouble}` : words;
}

const ourTrouble =
  'That is our trouble and not yours: try again later, and if it happens again, report the number in `instance`.';

/** Seconds until asking again makes sense, at least 1; null when the refusal names no time. */
export function retryAfterSeconds(problem: Problem, now: Date): number | null {
  if (typeof problem.retryAfterSeconds === 'number') return Math.max(1, Math.ceil(problem.retryAfterSeconds));
  const availableAt = problem.availableAt;
  if (!(availableAt instanceof Date) && typeof availableAt !== 'string') return null;
  const milliseconds = new Date(availableAt).getTime() - now.getTime();
  return Number.isNaN(milliseconds) ? null : Math.max(1, Math.ceil(milliseconds / 1000));
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof HandoverError) return error.code;
  const { problemCode, code, statusCode } = (error ?? {}) as {
    problemCode?: ProblemCode;
    code?: unknown;
    statusCode?: unknown;
  };
  if (problemCode !== undefined) return problemCode;
  if (typeof code === 'string' && code in frameworkCodes) return frameworkCodes[code] ?? 'internal_error';
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return 'internal_error';
  // 403 is how the file plugin says that a path is none of the page's files.
  return statusCode === 403 || statusCode === 404 ? 'not_found' : 'invalid_request';
}

/** Fastify's own refusals. */
const frameworkCodes: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
};
