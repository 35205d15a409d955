import type { Language } from '../language/language.ts';

/** A letter that can be sent: one subject line, and the same words as plain text and as HTML. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** Whose letter it is. */
export interface Look {
  product: {
    name: string;
    /** `#rrggbb` */
    accentColor: string;
    /** An e-mail address or an https address. */
    support: string | null;
  };
  language: Language;
}

/** What a letter says, before it becomes text or HTML: so the two cannot tell different things. */
export interface LetterContent {
  subject: string;
  /** What a mail program shows beside the subject. */
  preheader: string;
  heading: string;
  blocks: Block[];
  /** The question before the support contact. */
  supportLabel: string;
  footer: string;
}

export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'link'; label: string; url: string }
  | { kind: 'note'; title: string; text: string }
  | {
      kind: 'counts';
      title: string;
      head: [string, string];
      rows: [string, string][];
      total: [string, string];
    };

/**
 * A value from outside as it may stand in a sentence or a header: no line breaks, no control characters, nothing
 * that turns the reading direction around, and not longer than `maxLength` characters.
 */
export function oneLine(value: string, maxLength = 200): string {
  const clean = value.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...clean];
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : clean;
}

const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
