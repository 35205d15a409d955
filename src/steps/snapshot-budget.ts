/**
 * A signal that is aborted with `signal`, or when a snapshot has been held for as long as it may: `maxAgeMs`, null for no
 * limit. Call `stop` at the end.
 */
export function startBudget(
  maxAgeMs: number | null,
  signal: AbortSignal,
): { signal: AbortSignal; isSpent(): boolean; stop(): void } {
  const spent = new AbortController();
  const timer = maxAgeMs === null ? undefined : setTimeout(() => spent.abort(), maxAgeMs);
  return {
    signal: AbortSignal.any([signal, spent.signal]),
    isSpent: () => spent.signal.aborted,
    stop: () => clearTimeout(timer),
  };
}
