import type { CategoryWords } from '../config/resolved.ts';
import { failureWords } from '../language/failures.ts';
import { formatBytes, formatDuration, formatInstant, formatNumber, words } from '../language/language.ts';
import { mailWords } from '../language/mail.ts';
import type { Gap } from '../lifecycle/balance.ts';
import type { CategoryCount, DataExport } from '../lifecycle/data-export.ts';
import { type Block, type Letter, type LetterContent, type Look, oneLine } from './letter.ts';
import { writeLetter } from './write-letter.ts';

type Named = Pick<CategoryWords, 'name' | 'title'>[];

/** What every letter tells of an export. */
type Asked = Pick<DataExport, 'subjectId' | 'requester' | 'requestedAt'>;

/**
 * Asks the person to start the export. The link opens a page and changes nothing; `now` is the instant of sending,
 * by which the time left is told.
 */
export function confirmationLetter(
  look: Look,
  facts: Asked & { confirmBy: Date; confirmUrl: string; now: Date },
): Letter {
  const text = mailWords[look.language].confirmation;
  const deadline = deadlineWords(look, facts.now, facts.confirmBy);
  return write(look, facts, {
    subject: text.subject({ product: look.product.name }),
    preheader: text.preheader(deadline),
    heading: text.heading,
    blocks: [
      paragraph(text.asked(askedWords(look, facts))),
      paragraph(text.todo),
      { kind: 'link', label: text.button, url: facts.confirmUrl },
      paragraph(text.deadline(deadline)),
      paragraph(text.next),
      { kind: 'note', ...text.notYou },
    ],
  });
}

/**
 * Hands over the download link, with what is in the file. `snapshotAt` is the instant that the data shows,
 * `categories` the counts in archive order, `categoryWords` what the config calls them (else their plain name).
 */
export function readyLetter(
  look: Look,
  facts: Asked & {
    snapshotAt: Date;
    expiresAt: Date;
    bytes: number;
    categories: CategoryCount[];
    categoryWords: Named;
    gaps: Gap[];
    downloadUrl: string;
    now: Date;
  },
): Letter {
  const { language } = look;
  const text = mailWords[language].ready;
  const deadline = deadlineWords(look, facts.now, facts.expiresAt);
  const size = formatBytes(facts.bytes, language);
  const { subject, done } = facts.gaps.length > 0 ? text.gaps : text;
  return write(look, facts, {
    subject: subject({ product: look.product.name }),
    preheader: text.preheader({ size, until: deadline.until }),
    heading: text.heading,
    blocks: [
      paragraph(done(askedWords(look, facts))),
      ...gapsNote(look, facts),
      { kind: 'link', label: text.button, url: facts.downloadUrl },
      paragraph(text.deadline(deadline)),
      { kind: 'note', ...text.notYou },
      {
        kind: 'counts',
        title: text.contents,
        head: [text.category, text.records],
        rows: facts.categories.map(({ name, rows }) => [
          categoryTitle(look, facts, name),
          formatNumber(rows, language),
        ]),
        total: [text.total, formatNumber(sum(facts.categories), language)],
      },
      paragraph(text.snapshot({ at: formatInstant(facts.snapshotAt, language), size })),
    ],
  });
}

/** Says why an export failed and what to do. `pageUrl` leads to the Data Export page; null where it is not known. */
export function failedLetter(
  look: Look,
  facts: Asked & { id: string; failureCode: string; pageUrl: string | null },
): Letter {
  const text = mailWords[look.language].failed;
  const page: Block[] = facts.pageUrl ? [{ kind: 'link', label: text.button, url: facts.pageUrl }] : [];
  return write(look, facts, {
    subject: text.subject({ product: look.product.name }),
    preheader: text.preheader,
    heading: text.heading,
    blocks: [
      paragraph(text.stopped(askedWords(look, facts))),
      paragraph(failureWords(facts.failureCode, look.language)),
      paragraph(text.again),
      ...page,
      paragraph(text.reference({ id: facts.id })),
    ],
  });
}

/** Near the top, since the file is not what the person expects. */
function gapsNote(look: Look, facts: { gaps: Gap[]; categoryWords: Named }): Block[] {
  if (facts.gaps.length === 0) return [];
  const text = mailWords[look.language].ready.gaps;
  const list = facts.gaps.map(({ category, rowsFailed }) =>
    (rowsFailed > 0 ? text.missing : text.tooMany)({
      category: categoryTitle(look, facts, category),
      records: formatNumber(Math.abs(rowsFailed), look.language),
    }),
  );
  return [{ kind: 'note', title: text.title, text: text.text({ list: list.join('; ') }) }];
}

function categoryTitle(
  { language }: Look,
  { categoryWords }: { categoryWords: Named },
  name: string,
): string {
  return words(categoryWords.find((category) => category.name === name)?.title ?? name, language);
}

function write(look: Look, asked: Asked, content: Omit<LetterContent, 'supportLabel' | 'footer'>): Letter {
  const { support, footer } = mailWords[look.language];
  return writeLetter(look, {
    ...content,
    supportLabel: support,
    footer: footer({ product: look.product.name, email: oneLine(asked.requester.email) }),
  });
}

function askedWords(look: Look, { subjectId, requester, requestedAt }: Asked) {
  return {
    requester: personWords(requester),
    product: look.product.name,
    account: oneLine(subjectId),
    requestedAt: formatInstant(requestedAt, look.language),
  };
}

function deadlineWords(look: Look, now: Date, deadline: Date) {
  return {
    timeLeft: formatDuration(deadline.getTime() - now.getTime(), look.language),
    until: formatInstant(deadline, look.language),
  };
}

/** `Ada (ada@example.com)`. A name that a mail program would turn into a link is left out: it may be bait. */
function personWords({ name, email }: DataExport['requester']): string {
  const shown = oneLine(name ?? '', 80);
  return shown === '' || looksLikeLink.test(shown) ? oneLine(email) : `${shown} (${oneLine(email)})`;
}

const looksLikeLink = /:\/\/|www\.|[\p{L}\p{N}]\.\p{L}{2,}|@/iu;

function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

function sum(categories: CategoryCount[]): number {
  return categories.reduce((total, { rows }) => total + rows, 0);
}
