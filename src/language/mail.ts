import { mail as de } from './de/mail.ts';
import { mail as en, type MailWords } from './en/mail.ts';
import type { Language } from './language.ts';

/** Words of the mails, by language. */
export const mailWords = { en, de } satisfies Record<Language, MailWords>;
