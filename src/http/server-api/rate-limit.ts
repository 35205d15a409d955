/** Where a key stands with one operation after a call of it. */
export interface Allowance {
  limit: number;
  /** Calls that are left until the window ends. */
  remaining: number;
  /** When a new window begins, in unix seconds. */
  resetAt: number;
  isExceeded: boolean;
}

export interface RateLimiter {
  /** Counts one call, an exceeding one too. */
  count(bucket: string, limit: number): Allowance;
}

/**
 * Counts calls in windows of a minute of the clock, all buckets together, so that forgetting a window forgets all that
 * was counted in it. Lives in this process: each process counts for itself.
 */
export function createRateLimiter(now: () => Date): RateLimiter {
  let window = 0;
  let counts = new Map<string, number>();
  return {
    count(bucket, limit) {
      const current = Math.floor(now().getTime() / WINDOW_MS);
      if (current !== window) {
        window = current;
        counts = new Map();
      }
      const calls = (counts.get(bucket) ?? 0) + 1;
      counts.set(bucket, calls);
      return {
        limit,
        remaining: Math.max(0, limit - calls),
        resetAt: ((current + 1) * WINDOW_MS) / 1000,
        isExceeded: calls > limit,
      };
    },
  };
}

const WINDOW_MS = 60_000;
