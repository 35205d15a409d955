/**
 * The refusals of Handover: rules that a request, a config or an archive broke. A refusal is thrown as a
 * {@link HandoverError} with a stable code; each door maps codes to its own wire. Anything else that is thrown
 * is a fault (retried by a job, answered with 500 by a door).
 */
export class HandoverError extends Error {
  override readonly name = 'HandoverError';
  readonly code: ErrorCode;
  /** Facts a caller can act on, by name: `availableAt`, `field`, … Never a secret, never personal data. */
  readonly details: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message ?? refusals[code], { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Every code with its default words: what happened and the way out. */
export const refusals = {
  // what a person or a server asks for
  export_active: 'An export is already under way or ready. Wait for it, cancel it or delete it first.',
  export_cooldown: 'An export was completed less than the cooldown ago. Request the next one when it ends.',
  export_not_found: 'There is no such export for this account.',
  export_not_pending: 'This export no longer waits for a confirmation.',
  export_not_cancellable:
    'This export is ready or over, so there is nothing to cancel. A file that is ready can be deleted.',
  export_not_ready: 'This export has no file to download at the moment.',
  export_not_failed: 'Only a failed export can be retried.',
  manifest_not_ready: 'The manifest of this export is still being made. Ask again in a moment.',
  manifest_not_found:
    'This export has no manifest: it has no file, was made by an earlier version, or its file was found damaged.',
  manifest_invalid: 'This is no manifest of an archive.',
  confirmation_invalid: 'This confirmation link is not valid or has expired. Request a new export.',
  download_invalid:
    'This download link is not valid or has expired. Open the Data Export page for a new one.',
  portal_link_invalid:
    'This sign-in link was already used or has expired. Go back to the product and try again.',
  chat_not_found: 'Some of the channels or users that were asked for do not exist.',
  chat_limit_exceeded:
    'The user has more messages or reactions than one answer may hold. Ask for an export of the user instead.',
  chat_unset: 'The config maps no tables to channels, users and messages.',
  address_invalid:
    'This address is not valid or has expired. Ask for the status again: it brings a fresh one.',
  subject_unknown: 'The source has no record of this subject.',
  kind_unknown: 'The config names no such kind of export.',
  resend_too_soon: 'A mail was sent a moment ago. Wait a minute before asking for another.',
  // who is calling
  unauthenticated: 'Sign in, or send an API key and secret with HTTP Basic.',
  forbidden: 'This call is not allowed from here.',
  rate_limited: 'Too many requests. Wait and try again.',
  invalid_request: 'The request is not valid.',
  not_found: 'There is nothing at this address.',
  // the installation
  config_invalid: 'The config is not valid.',
  environment_invalid: 'An environment variable is not valid.',
  data_folder_locked: 'Another Handover process is using this data folder.',
  key_unusable: 'The installation key cannot open what was sealed here.',
  // the archive and the source
  archive_damaged: 'A stored part of the archive is missing or damaged.',
  source_unavailable: 'The source database cannot be reached.',
  source_refused: 'The source database refused the read.',
  snapshot_lost: 'The snapshot of the source was lost before the export was complete.',
  snapshot_too_old:
    'The snapshot was held for as long as the config allows (maxSnapshotSeconds of the source), and given up. ' +
    'The next attempt reads in smaller parts; more workers or connections make it faster.',
  store_unavailable: 'The store cannot be reached or is full.',
  retries_exhausted: 'The export failed repeatedly and was given up.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof refusals;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(refusals, text);
}

/** True for a refusal, which no retry can mend. */
export function isRefusal(error: unknown): error is HandoverError {
  return error instanceof HandoverError && !retryable.has(error.code);
}

const retryable: ReadonlySet<ErrorCode> = new Set([
  'source_unavailable',
  'snapshot_lost',
  'snapshot_too_old',
  'store_unavailable',
  'data_folder_locked',
]);
