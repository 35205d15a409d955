import { useEffect } from 'react';
import { languages } from '../language/language.ts';
import { Button } from './button.tsx';
import { LanguageSwitch } from './footer.tsx';
import { Icon, type IconName } from './icons.tsx';
import { useLanguage } from './language.tsx';

export type AwayReason = 'signedOut' | 'otherAccount' | 'left' | 'unreachable' | 'offline';

const icons: Record<AwayReason, IconName> = {
  signedOut: 'clock',
  otherAccount: 'alert',
  left: 'check',
  unreachable: 'alert',
  offline: 'alert',
};

/** Instead of the page, when it cannot be shown: what happened, that nothing is lost, and what to do. */
export function Away(props: {
  reason: AwayReason;
  back?: { href: string; label: string } | null;
  onRetry?: () => void;
}) {
  const { words } = useLanguage();
  const { title, text } = words.away[props.reason];
  useEffect(() => {
    document.title = `${words.name} · ${title.replace(/\.$/, '')}`;
  }, [words, title]);
  return (
    <main className="column away">
      <div className="card quiet">
        <div className="lead">
          <span className="sign">
            <Icon name={icons[props.reason]} />
          </span>
          <h1>{title}</h1>
        </div>
        <p className="lead-text">{text}</p>
        {props.reason === 'unreachable' && props.onRetry && (
          <div className="actions">
            <Button look="plain" onPress={props.onRetry}>
              {words.away.unreachable.retry}
            </Button>
          </div>
        )}
        {props.back && (
          <div className="actions">
            <a className="button primary" href={props.back.href}>
              {props.back.label}
            </a>
          </div>
        )}
      </div>
      <p className="away-foot">
        <LanguageSwitch languages={languages} />
      </p>
    </main>
  );
}
