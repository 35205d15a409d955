import type { Lease } from './pool.ts';
import type { Session } from './session.ts';

/** A connection that is given back when the last of its users leaves. */
export interface SharedConnection {
  session: Session;
  /** One more user. Returns how that one leaves; leaving twice is harmless. */
  use(): () => Promise<void>;
  /** Closes it, whoever uses it. */
  end(): Promise<void>;
  /** Runs once it is given back or closed. */
  atEnd(run: () => void): void;
}

export function share(lease: Lease): SharedConnection {
  const last: (() => void)[] = [];
  const users = new Set<symbol>();
  let ending: Promise<void> | null = null;

  function end(leave: () => Promise<void>): Promise<void> {
    ending ??= leave().then(() => {
      for (const run of last) run();
    });
    return ending;
  }

  return {
    session: lease.session,
    use() {
      const user = Symbol();
      users.add(user);
      return async () => {
        users.delete(user);
        if (users.size === 0) await end(lease.giveBack);
      };
    },
    end: () => end(lease.close),
    atEnd(run) {
      last.push(run);
    },
  };
}
