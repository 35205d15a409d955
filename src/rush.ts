import { unlessAborted } from './unless-aborted.ts';

/**
 * A *rush*: a server's calls come in by the hundred, and each gives up after a few seconds. Exports that this process
 * would begin meanwhile wait: they take hours to be late, a call takes three seconds.
 */
export interface Rush {
  /** A call came in. */
  arrive(): void;
  /** It was answered, or its client went away. */
  leave(): void;
  /** Resolves when there is no rush, or it has lasted for {@link LONGEST_MS}: nothing waits for ever. Throws when aborted. */
  isOver(signal: AbortSignal): Promise<void>;
}

/** Calls under way that make a rush. Those that come in one after another are answered before there are so many. */
const MANY = 10;

/** After as long as this the SDKs that wait shortest have given up anyway. */
const LONGEST_MS = 3_000;

export function createRush(longestMs = LONGEST_MS): Rush {
  let calls = 0;
  let timer: NodeJS.Timeout | null = null;
  let over = Promise.withResolvers<void>();
  over.resolve();

  return {
    arrive() {
      calls++;
      if (calls !== MANY) return;
      over = Promise.withResolvers<void>();
      timer = setTimeout(over.resolve, longestMs).unref();
    },
    leave() {
      calls--;
      if (calls !== MANY - 1) return;
      if (timer) clearTimeout(timer);
      over.resolve();
    },
    isOver: (signal) => unlessAborted(over.promise, signal),
  };
}
