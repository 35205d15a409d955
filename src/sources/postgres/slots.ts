/** A fixed number of places. Who finds none free waits in line. */
export interface Slots {
  /** Resolves to what gives the place back; calling that twice is harmless. */
  take(): Promise<Release>;
  /** Whether none is taken. */
  areFree(): boolean;
}

export type Release = () => void;

export function createSlots(count: number): Slots {
  let free = count;
  const waiting: ((release: Release) => void)[] = [];

  function releaseOnce(): Release {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = waiting.shift();
      if (next) next(releaseOnce());
      else free++;
    };
  }

  return {
    take() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free--;
      return Promise.resolve(releaseOnce());
    },
    areFree: () => free === count,
  };
}
