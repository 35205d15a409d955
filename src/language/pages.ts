import { pages as de } from './de/pages.ts';
import { pages as en, type PagesWords } from './en/pages.ts';
import type { Language } from './language.ts';

/** Words of the pages that the server renders by itself, by language. */
export const pagesWords = { en, de } satisfies Record<Language, PagesWords>;
