/**
 * Why a mail could not be sent. `permanent`: this recipient or this mail will never be accepted; `temporary`: worth
 * another try. The message is safe to be shown and logged: it names no address, no host and no credentials, which
 * is why the driver's own error is not kept as its cause.
 */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly lasting: 'permanent' | 'temporary';
  readonly reason: MailErrorReason;

  constructor(reason: MailErrorReason, detail = '') {
    super(detail ? `${reasons[reason].message} (${detail})` : reasons[reason].message);
    this.reason = reason;
    this.lasting = reasons[reason].lasting;
  }
}

const reasons = {
  address_invalid: {
    lasting: 'permanent',
    message: 'The e-mail address of the recipient is not one that a mail can be sent to',
  },
  recipient_refused: { lasting: 'permanent', message: 'The mail server does not accept this recipient' },
  mail_refused: { lasting: 'permanent', message: 'The mail server does not accept this mail' },
  recipient_deferred: {
    lasting: 'temporary',
    message: 'The mail server does not accept this recipient at the moment',
  },
  sender_refused: {
    lasting: 'temporary',
    message: 'The mail server does not accept the sender (see MAIL_FROM)',
  },
  login_refused: { lasting: 'temporary', message: 'The mail server refuses the login (see SMTP_URL)' },
  connection_insecure: {
    lasting: 'temporary',
    message: 'No secure connection to the mail server was possible',
  },
  server_unreachable: { lasting: 'temporary', message: 'The mail server cannot be reached' },
  server_unset: { lasting: 'temporary', message: 'No mail server is set up (see SMTP_URL)' },
  server_slow: { lasting: 'temporary', message: 'The mail server did not answer in time' },
  server_refused: { lasting: 'temporary', message: 'The mail server could not take the mail' },
} as const satisfies Record<string, { lasting: 'permanent' | 'temporary'; message: string }>;

export type MailErrorReason = keyof typeof reasons;

/** Reads an error of the SMTP driver; everything unknown is worth another try. */
export function mailErrorFrom(error: unknown): MailError {
  const { code, originalCode, command, response, responseCode } = driverError(error);
  const status = [responseCode, enhancedStatus(response)].filter(Boolean).join(' ');
  const detail = status || originalCode || code;
  const refused = responseCode !== undefined && responseCode >= 500;
  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
      return new MailError('login_refused', detail);
    case 'ETLS':
      return new MailError('connection_insecure', detail);
    case 'ETIMEDOUT':
    case 'EABORT':
      return new MailError('server_slow', detail);
    case 'ECONNECTION':
    case 'ESOCKET':
    case 'EDNS':
      return new MailError(isTlsCode(originalCode) ? 'connection_insecure' : 'server_unreachable', detail);
    case 'EENVELOPE':
    case 'EMESSAGE':
      if (command === 'MAIL FROM') return new MailError('sender_refused', detail);
      if (command === 'RCPT TO')
        return new MailError(refused ? 'recipient_refused' : 'recipient_deferred', detail);
      return new MailError(refused ? 'mail_refused' : 'server_refused', detail);
    default:
      return new MailError('server_refused', detail);
  }
}

/** The parts of a nodemailer error that name nobody; its message and response may hold addresses. */
function driverError(error: unknown) {
  const fields: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    code: text(fields.code),
    originalCode: text(fields.originalCode),
    command: text(fields.command),
    response: text(fields.response),
    responseCode: typeof fields.responseCode === 'number' ? fields.responseCode : undefined,
  };
}

/** `5.1.1` of `550 5.1.1 No such user`: RFC 3463. */
function enhancedStatus(response = ''): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}

/** Codes of Node for a certificate that does not hold or a handshake that fails. */
function isTlsCode(code = ''): boolean {
  return /CERT|SIGNED|SIGNATURE|ERR_TLS|ERR_SSL/.test(code);
}
