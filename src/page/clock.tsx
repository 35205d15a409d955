import { createContext, type ReactNode, useContext, useEffect, useReducer } from 'react';

/** Deadlines are the service's, so they are measured against its clock, whatever this machine's says. */
export function ClockProvider({ skewMs, children }: { skewMs: number; children: ReactNode }) {
  return <SkewContext value={skewMs}>{children}</SkewContext>;
}

/** The service's present in milliseconds; renders again as often as the distance to `at` needs it. */
export function useNow(at: string): number {
  const skewMs = useContext(SkewContext);
  const [, tick] = useReducer((count: number) => count + 1, 0);
  const nowMs = Date.now() + skewMs;
  const isClose = Math.abs(Date.parse(at) - nowMs) < closeMs;
  useEffect(() => {
    const timer = setInterval(tick, isClose ? 1000 : 15_000);
    return () => clearInterval(timer);
  }, [isClose]);
  return nowMs;
}

const SkewContext = createContext(0);

/** Nearer than this, seconds are counted. */
const closeMs = 120_000;
