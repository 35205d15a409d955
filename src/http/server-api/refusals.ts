import { type ErrorCode, HandoverError } from '../../errors.ts';

/**
 * Everything that the server API refuses: HTTP status, the number that clients go by, and the words. Numbers and
 * statuses are those that the published chat SDKs know; where they know the words too, the words are theirs.
 */
export const refusals = {
  key_missing: { status: 401, code: 2, text: 'api_key not provided' },
  key_unknown: { status: 401, code: 2, text: 'api_key is invalid' },
  auth_type_invalid: { status: 401, code: 5, text: 'stream-auth-type missing or invalid' },
  token_segments: {
    status: 401,
    code: 5,
    text: 'JWTAuth error: token contains an invalid number of segments',
  },
  token_malformed: { status: 401, code: 5, text: 'JWTAuth error: token is malformed' },
  token_algorithm: {
    status: 401,
    code: 5,
    text: 'JWTAuth error: signing method is invalid. Sign the token with HS256',
  },
  token_expired: { status: 401, code: 40, text: 'JWTAuth error: token is expired (exp)' },
  token_too_early: { status: 401, code: 41, text: 'JWTAuth error: token is not valid yet (nbf)' },
  token_from_future: { status: 401, code: 42, text: 'JWTAuth error: token used before issue at (iat)' },
  token_signature: {
    status: 401,
    code: 43,
    text: 'JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key',
  },
  client_side: {
    status: 403,
    code: 17,
    text: 'this endpoint can only be called with server-side authentication',
  },
  input: { status: 400, code: 4, text: 'the request is not valid' },
  not_found: { status: 404, code: 16, text: 'Not Found' },
  body_too_large: { status: 413, code: 22, text: 'the request body is larger than 1 MiB' },
  rate_limited: { status: 429, code: 9, text: 'Too many requests' },
  fault: { status: 500, code: -1, text: 'internal server error' },
} as const satisfies Record<string, { status: number; code: number; text: string }>;

export type RefusalName = keyof typeof refusals;

/** What is thrown to refuse a call of the server API, and what every other error is read as. */
export interface ServerRefusal {
  refusal: RefusalName;
  text: string;
  /** By the name of a field: what is wrong with it. */
  fields: Record<string, string>;
  /** Seconds until asking again makes sense; null when waiting does not help. */
  retryAfterSeconds: number | null;
}

/** Something to throw. The words are those of the table unless given. */
export function refuse(
  refusal: RefusalName,
  text: string = refusals[refusal].text,
  more: Partial<Pick<ServerRefusal, 'fields' | 'retryAfterSeconds'>> = {},
): Error & ServerRefusal {
  return Object.assign(new Error(text), { refusal, text, fields: {}, retryAfterSeconds: null, ...more });
}

/** A refusal for fields that are wrong: the first one speaks, all are listed. */
export function refuseFields(fields: Record<string, string>): Error & ServerRefusal {
  const [[field, rule] = ['the request', 'is not valid']] = Object.entries(fields);
  return refuse('input', `${field} ${rule}`, { fields });
}

/** What to answer for whatever was thrown. A fault says nothing of our inside. */
export function refusalOf(error: unknown): ServerRefusal {
  if (isServerRefusal(error)) return error;
  if (error instanceof HandoverError) return steps[error.code]?.(error) ?? refuse('fault');
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refuse('body_too_large');
  if (code === 'FST_ERR_BAD_URL') return refuse('input', 'the address is not percent-encoded UTF-8');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return refuse('input');
  return refuse('fault');
}

/** Refusals of the steps; a code that is missing here is our own trouble. */
const steps: Partial<Record<ErrorCode, (error: HandoverError) => ServerRefusal>> = {
  invalid_request: ({ message }) => refuse('input', message),
  not_found: () => refuse('not_found'),
  chat_not_found: (error) => refuse('not_found', missingWords(error)),
  chat_limit_exceeded: ({ message }) => refuse('input', message),
  rate_limited: ({ message, details }) =>
    refuse('rate_limited', message, { retryAfterSeconds: Number(details.retryAfterSeconds ?? 1) }),
};

/** `Can't find channel with id livestream:white-room`; several after one another, with commas. */
function missingWords({ message, details }: HandoverError): string {
  const { about, missing } = details;
  if (!Array.isArray(missing) || missing.length === 0) return message;
  const noun = about === 'users' ? 'user' : 'channel';
  return missing.length === 1
    ? `Can't find ${noun} with id ${missing[0]}`
    : `Can't find ${noun}s with ids ${missing.join(', ')}`;
}

function isServerRefusal(error: unknown): error is Error & ServerRefusal {
  return error instanceof Error && 'refusal' in error;
}
