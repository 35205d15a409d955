import { useCallback, useEffect, useState } from 'react';
import { ApiProblem, readPortal } from './api.ts';
import { chosenLanguage } from './language.tsx';
import type { Portal } from './wire.ts';

const retryMs = 3000;

/** What the page needs that is no export. `portal` is null until it came; it is asked for until it does. */
export function usePortal(onSignedOut: () => void): {
  portal: Portal | null;
  isUnreachable: boolean;
  /** Again, in another language or after a fault. */
  reload(): Promise<void>;
} {
  const [portal, setPortal] = useState<Portal | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  const reload = useCallback(async () => {
    try {
      setPortal(await readPortal(chosenLanguage()));
      setUnreachable(false);
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.code === 'unauthenticated') onSignedOut();
      else setUnreachable(true);
    }
  }, [onSignedOut]);
  useEffect(() => void reload(), [reload]);
  useEffect(() => {
    if (!isUnreachable) return;
    const timer = setInterval(() => void reload(), retryMs);
    return () => clearInterval(timer);
  }, [isUnreachable, reload]);
  return { portal, isUnreachable: isUnreachable && !portal, reload };
}
