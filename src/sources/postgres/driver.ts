import type { Duplex } from 'node:stream';
import type { Client } from 'pg';

/** What of a client's connection is not in the types of `pg`. */
export interface DriverConnection {
  /** The socket, or what TLS put on top of it. */
  stream: Duplex;
  /** Called with the stream that messages come by, once it is that. */
  attachListeners(stream: Duplex): void;
  ref(): void;
  unref(): void;
}

export function connectionOf(client: Client): DriverConnection {
  return (client as unknown as { connection: DriverConnection }).connection;
}
