import type { Language } from '../../src/language/language.ts';
import type { Letter, Look } from '../../src/mail/letter.ts';
import { confirmationLetter, failedLetter, readyLetter } from '../../src/mail/letters.ts';
import type { Mail } from '../../src/mail/mailer.ts';

/** Values as an export of the account door has them; a test overrides what it is about. */
export const asked = {
  subjectId: 'acct_7f3',
  requestedAt: new Date('2026-02-28T12:00:00Z'),
  requester: { id: 'user_1', email: 'kim@example.com', name: 'Kim Example', language: null as string | null },
};

export const confirmUrl = 'https://export.example.com/confirm/vQ1n8cXkq3Yz6mB2rT9wLhJ5sDf7gAePoUiNyVbM0xA';
export const downloadUrl = 'https://export.example.com/download/vQ1n8cXkq3Yz6mB2rT9wLhJ5sDf7gAePoUiNyVbM0xA';

export function look(language: Language, product: Partial<Look['product']> = {}): Look {
  return {
    language,
    product: { name: 'Example Voice', accentColor: '#0b7285', support: 'help@example.com', ...product },
  };
}

export function confirmation(
  whose: Look,
  facts: Partial<Parameters<typeof confirmationLetter>[1]> = {},
): Letter {
  return confirmationLetter(whose, {
    ...asked,
    confirmBy: new Date('2026-03-01T12:00:00Z'),
    confirmUrl,
    now: new Date('2026-02-28T12:00:04Z'),
    ...facts,
  });
}

export function ready(whose: Look, facts: Partial<Parameters<typeof readyLetter>[1]> = {}): Letter {
  return readyLetter(whose, {
    ...asked,
    snapshotAt: new Date('2026-02-28T12:07:30Z'),
    expiresAt: new Date('2026-03-01T12:09:00Z'),
    now: new Date('2026-02-28T12:09:00Z'),
    bytes: 33_412_345,
    categories: [
      { name: 'account', rows: 1, bytes: 300 },
      { name: 'calls', rows: 26_291, bytes: 30_000_000 },
      { name: 'phoneNumbers', rows: 0, bytes: 0 },
    ],
    categoryWords: [
      { name: 'account', title: { en: 'Account', de: 'Konto' } },
      { name: 'calls', title: { en: 'Calls', de: 'Anrufe' } },
    ],
    gaps: [],
    downloadUrl,
    ...facts,
  });
}

export function failed(whose: Look, facts: Partial<Parameters<typeof failedLetter>[1]> = {}): Letter {
  return failedLetter(whose, {
    ...asked,
    id: '0190d2b4-7f3e-7c55-9a52-d7ad6d9f1b3e',
    failureCode: 'source_unavailable',
    pageUrl: 'https://export.example.com/',
    ...facts,
  });
}

export const letters = { confirmation, ready, failed };

export function mailTo(email: string, mail: Partial<Mail> = {}): Mail {
  return {
    ...confirmation(look('en')),
    id: '6a1f0d3c-7a53-4a5b-9f43-0a3a3f0a9b11',
    to: { email, name: 'Kim Example' },
    ...mail,
  };
}
