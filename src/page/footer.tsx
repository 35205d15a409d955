import type { Language } from '../language/language.ts';
import { languageNames, useLanguage } from './language.tsx';
import { safeUrl } from './masthead.tsx';
import { nameOf, type Told } from './status-sentence.ts';

/** Who is here, help, the way out. */
export function Footer({ told, onSignOut }: { told: Told; onSignOut: () => void }) {
  const { words, portal } = told;
  const help = supportUrl(portal.product.support);
  return (
    <footer className="footer">
      <p>
        <span>{words.footer.signedInAs(nameOf(portal.user))}</span>
        <span>{words.footer.account(portal.account.id)}</span>
      </p>
      <p>
        {help && <a href={help}>{words.footer.support}</a>}
        <button type="button" className="link" onClick={onSignOut}>
          {words.actions.signOut}
        </button>
        <LanguageSwitch languages={portal.languages} />
      </p>
    </footer>
  );
}

/** Each language in its own words; nothing at all when there is but one. */
export function LanguageSwitch({ languages }: { languages: readonly Language[] }) {
  const { language, words, choose } = useLanguage();
  if (languages.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <span className="languages" role="group" aria-label={words.footer.language}>
      {languages.map((each) => (
        <button
          key={each}
          type="button"
          className="link"
          lang={each}
          aria-pressed={each === language}
          onClick={() => choose(each)}
        >
          {languageNames[each]}
        </button>
      ))}
    </span>
  );
}

/** An e-mail address becomes one that opens the mail program. */
function supportUrl(support: string | null): string | null {
  if (!support) return null;
  return safeUrl(support) ?? (support.includes('@') ? `mailto:${support.replace(/^mailto:/i, '')}` : null);
}
