// What the sections of a chat file are called, and the texts between their objects: known to who reads and who lays out.

/** What a line of a file says it is. */
export type EntityType = 'channel' | 'member' | 'message' | 'reaction' | 'read' | 'user' | 'call' | 'cut';

/** The section with the users of all channels of a request. */
export const usersSection = 'users';

/** The sections of a channel or user by the second half of their names, and what their lines say they are. */
export const sectionTypes = {
  channel: 'channel',
  members: 'member',
  messages: 'message',
  reactions: 'reaction',
  reads: 'read',
  user: 'user',
  calls: 'call',
} as const satisfies Record<string, EntityType>;

/** Between two objects of a list. */
export const listSeparator: Uint8Array = Buffer.from(',\n');

/** What stands before the object of a line, and behind it. */
export function lineHead(type: EntityType): string {
  return `{"type":"${type}","data":`;
}

export const lineTail = '}\n';

/** Between two objects, each on a line of its own. */
export function lineSeparator(type: EntityType): Uint8Array {
  return Buffer.from(`${lineTail}${lineHead(type)}`);
}
