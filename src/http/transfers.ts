/** Downloads that are under way in this process, so that a stopping service can wait for them. */
export interface Transfers {
  track(transfer: Promise<void>): Promise<void>;
  /** Resolves when those under way have ended and are recorded. */
  settled(): Promise<void>;
}

export function createTransfers(): Transfers {
  const underWay = new Set<Promise<void>>();
  return {
    async track(transfer) {
      underWay.add(transfer);
      try {
        await transfer;
      } finally {
        underWay.delete(transfer);
      }
    },
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}
