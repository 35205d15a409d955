const millisecondsOf = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `'24h'`, `'1.5h'`, `'90s'` or of a number of milliseconds; null if it is neither, or below zero. */
export function parseDuration(written: unknown): number | null {
  if (typeof written === 'number')
    return Number.isFinite(written) && written >= 0 ? Math.round(written) : null;
  if (typeof written !== 'string') return null;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(written) ?? [];
  if (amount === undefined || unit === undefined) return null;
  return Math.round(Number(amount) * millisecondsOf[unit as keyof typeof millisecondsOf]);
}
