import type { ExportKind } from '../config/resolved.ts';
import { chooseLanguage } from '../language/language.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import { findExport } from '../lifecycle/data-exports-table.ts';
import { findMail, type OwedMail, recordMailFailure, recordMailSent } from '../lifecycle/mails-table.ts';
import { insertExportToken } from '../lifecycle/tokens-table.ts';
import type { Letter, Look } from '../mail/letter.ts';
import { confirmationLetter, failedLetter, readyLetter } from '../mail/letters.ts';
import { MailError } from '../mail/mail-error.ts';
import type { Parts } from './parts.ts';

type MailParts = Pick<Parts, 'config' | 'db' | 'mailer' | 'now' | 'publicUrl' | 'log'>;

/**
 * Writes an owed letter, with a fresh link in it, and sends it. A letter that has lost its point (the export moved
 * on) is not sent. A fault is thrown, to be tried again; a refusal by the mail server is noted and given up.
 */
export async function sendMail(parts: MailParts, mailId: string, run: { isLastTry: boolean }): Promise<void> {
  const mail = await findMail(parts.db, mailId);
  if (!mail || mail.sentAt || mail.givenUpAt) return;
  const data = await findExport(parts.db, mail.exportId);
  const letter = data && (await writeLetter(parts, mail, data));
  if (!data || !letter) {
    const error = 'not sent: the export had moved on';
    return recordMailFailure(parts.db, { id: mailId, error, givenUpAt: parts.now() });
  }
  try {
    await parts.mailer.send({ ...letter, id: mailId, to: data.requester });
  } catch (error) {
    await noteFailure(parts, mail, error, run);
    return;
  }
  await recordMailSent(parts.db, mailId, parts.now());
}

/** Null when the letter has lost its point. */
async function writeLetter(parts: MailParts, mail: OwedMail, data: DataExport): Promise<Letter | null> {
  const now = parts.now();
  const kind = parts.config.exports[data.kind];
  if (!kind) return null;
  const look = lookOf(parts, data);
  if (mail.letter === 'confirmation') {
    if (data.status !== 'pending' || !data.confirmBy || data.confirmBy <= now) return null;
    const confirmUrl = await makeLink(parts, data, 'confirm', data.confirmBy);
    return confirmationLetter(look, { ...data, confirmBy: data.confirmBy, confirmUrl, now });
  }
  if (mail.letter === 'ready') return writeReadyLetter(parts, look, kind, data);
  if (data.status !== 'failed' || !data.failure) return null;
  return failedLetter(look, { ...data, failureCode: data.failure.code, pageUrl: null });
}

async function writeReadyLetter(
  parts: MailParts,
  look: Look,
  kind: ExportKind,
  data: DataExport,
): Promise<Letter | null> {
  const now = parts.now();
  if (data.status !== 'completed' || !data.expiresAt || data.expiresAt <= now || !data.snapshotAt)
    return null;
  return readyLetter(look, {
    ...data,
    snapshotAt: new Date(data.snapshotAt),
    expiresAt: data.expiresAt,
    categoryWords: kind.categories,
    downloadUrl: await makeLink(parts, data, 'download', data.expiresAt),
    now,
  });
}

async function makeLink(
  { db, now, publicUrl }: MailParts,
  data: DataExport,
  purpose: 'confirm' | 'download',
  expiresAt: Date,
): Promise<string> {
  const token = await insertExportToken(db, { purpose, exportId: data.id, now: now(), expiresAt });
  return `${publicUrl}/${purpose}/${token}`;
}

async function noteFailure(
  parts: MailParts,
  mail: OwedMail,
  error: unknown,
  run: { isLastTry: boolean },
): Promise<void> {
  const known = error instanceof MailError ? error : null;
  const isFinal = known?.lasting === 'permanent' || run.isLastTry;
  await recordMailFailure(parts.db, {
    id: mail.id,
    error: known?.message ?? 'the mail could not be sent',
    givenUpAt: isFinal ? parts.now() : null,
  });
  parts.log.warn({ exportId: mail.exportId, letter: mail.letter, err: error }, 'a mail could not be sent');
  if (!isFinal) throw error;
}

function lookOf({ config }: MailParts, data: DataExport): Look {
  const { product } = config;
  return { product, language: chooseLanguage([data.requester.language], product.language) };
}
