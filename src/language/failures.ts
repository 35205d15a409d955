import { failures as de } from './de/failures.ts';
import { failures as en, type FailureWords } from './en/failures.ts';
import type { Language } from './language.ts';

/** Why an export failed, in one sentence for the person who waits for it. Codes without words are `internal`. */
export function failureWords(code: string, language: Language): string {
  const sentences = byLanguage[language];
  return isFailureCode(code) ? sentences[code] : sentences.internal;
}

const byLanguage = { en, de } satisfies Record<Language, FailureWords>;

function isFailureCode(code: string): code is keyof FailureWords {
  return Object.hasOwn(en, code);
}
