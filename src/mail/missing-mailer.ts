import { MailError } from './mail-error.ts';
import type { Mailer } from './mailer.ts';

/** Takes the place of a mail server where none is set up and a local mailbox would be in the open: every mail waits. */
export function createMissingMailer(): Mailer {
  const refuse = async () => {
    throw new MailError('server_unset');
  };
  return { send: refuse, verify: refuse, close: async () => {} };
}
