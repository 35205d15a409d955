import { useCallback, useEffect, useState } from 'react';
import { signOut, subjectOf } from './api.ts';
import { Away, type AwayReason } from './away.tsx';
import { ClockProvider } from './clock.tsx';
import { ExportPage } from './export-page.tsx';
import { LanguageProvider, useLanguage } from './language.tsx';
import { safeUrl } from './masthead.tsx';
import { useExports } from './use-exports.ts';
import { usePortal } from './use-portal.ts';
import type { Portal } from './wire.ts';

/** The page, or what stands in its place while it cannot be shown. */
export function App() {
  const [left, leave] = useState<AwayReason | null>(null);
  const onGone = useCallback((reason: AwayReason) => leave((before) => before ?? reason), []);
  const onSignedOut = useCallback(() => onGone('signedOut'), [onGone]);
  const { portal, isUnreachable, reload } = usePortal(onSignedOut);
  useBrand(portal);
  return (
    <LanguageProvider preferred={portal?.language ?? null} onChange={reload}>
      {left ? (
        <Gone reason={left} portal={portal} />
      ) : portal ? (
        <Signed key={subjectOf(portal)} portal={portal} onGone={onGone} />
      ) : isUnreachable ? (
        <Away reason={navigator.onLine ? 'unreachable' : 'offline'} onRetry={reload} />
      ) : (
        <Opening />
      )}
    </LanguageProvider>
  );
}

function Signed({ portal, onGone }: { portal: Portal; onGone: (reason: AwayReason) => void }) {
  const { language, words, formats } = useLanguage();
  const subject = subjectOf(portal);
  const exports = useExports(subject, onGone);
  const onSignedOut = () => onGone('signedOut');
  const { list, connection, refresh } = exports;
  if (!list && connection === 'ok') return <Opening />;
  if (!list) return <Away reason={connection === 'offline' ? 'offline' : 'unreachable'} onRetry={refresh} />;
  return (
    <ClockProvider skewMs={exports.skewMs}>
      <ExportPage
        told={{ language, words, formats, portal, list }}
        exports={exports}
        onSignedOut={onSignedOut}
        onSignOut={() => void signOut(subject).then(() => onGone('left'), onSignedOut)}
      />
    </ClockProvider>
  );
}

/** With the way back, when the page has been open before and knows it. */
function Gone({ reason, portal }: { reason: AwayReason; portal: Portal | null }) {
  const { words } = useLanguage();
  const href = safeUrl(portal?.returnUrl ?? null);
  return (
    <Away reason={reason} back={href && portal ? { href, label: words.backTo(portal.product.name) } : null} />
  );
}

function Opening() {
  const { words } = useLanguage();
  return (
    <main className="column opening">
      <p role="status">{words.loading}</p>
    </main>
  );
}

/** The product's sign in the tab. Its colours come with `v1/brand.css`. */
function useBrand(portal: Portal | null): void {
  const hasLogo = portal?.product.logo ?? false;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!hasLogo || !icon) return;
    icon.removeAttribute('type');
    icon.href = 'v1/logo';
  }, [hasLogo]);
}
