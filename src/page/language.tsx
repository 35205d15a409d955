import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { page as de } from '../language/de/page.ts';
import { page as en, type PageWords } from '../language/en/page.ts';
import { chooseLanguage, type Language, languages } from '../language/language.ts';
import { createFormats, type Formats } from './formats.ts';

interface Speech {
  language: Language;
  words: PageWords;
  formats: Formats;
  choose(language: Language): void;
}

const words = { en, de } satisfies Record<Language, PageWords>;

/** Each language by its own name. */
export const languageNames = { en: 'English', de: 'Deutsch' } satisfies Record<Language, string>;

const storageKey = 'handover.language';

/** What the person chose here before, or null. */
export function chosenLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(storageKey);
    return languages.find((language) => language === stored) ?? null;
  } catch {
    return null; // storage may be switched off
  }
}

/** Speaks what the person chose, else `preferred` (the service's), else what the browser asks for, else English. */
export function LanguageProvider(props: {
  preferred: Language | null;
  /** After the person chose another, so that what the service says can be asked for in it. */
  onChange: () => void;
  children: ReactNode;
}) {
  const { preferred, onChange, children } = props;
  const [chosen, setChosen] = useState(chosenLanguage);
  const language = chooseLanguage([chosen, preferred, ...navigator.languages], 'en');
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo<Speech>(
    () => ({
      language,
      words: words[language],
      formats: createFormats(language, words[language].justNow),
      choose(next) {
        setChosen(next);
        remember(next);
        onChange();
      },
    }),
    [language, onChange],
  );
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useLanguage(): Speech {
  const speech = useContext(SpeechContext);
  if (!speech) throw new Error('useLanguage needs a LanguageProvider above it');
  return speech;
}

const SpeechContext = createContext<Speech | null>(null);

function remember(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // then it holds until the page is closed
  }
}
