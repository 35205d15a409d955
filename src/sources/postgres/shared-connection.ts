import type { Connection } from './connection.ts';

/** A connection that is closed when the last of its users leaves. */
export interface SharedConnection {
  connection: Connection;
  /** One more user. Returns how that one leaves; leaving twice is harmless. */
  use(): () => Promise<void>;
  /** Closes it, whoever uses it. */
  end(): Promise<void>;
  /** Runs once it is closed. */
  atEnd(run: () => void): void;
}

export function share(connection: Connection): SharedConnection {
  const last: (() => void)[] = [];
  const users = new Set<symbol>();
  let ending: Promise<void> | null = null;

  async function close() {
    await connection.close();
    for (const run of last) run();
  }

  function end(): Promise<void> {
    ending ??= close();
    return ending;
  }

  return {
    connection,
    use() {
      const user = Symbol();
      users.add(user);
      return async () => {
        users.delete(user);
        if (users.size === 0) await end();
      };
    },
    end,
    atEnd(run) {
      last.push(run);
    },
  };
}
