import { HandoverError } from '../errors.ts';

/** One segment of an object's name: no `~`, which a store may use for what is unfinished. */
export const segment = /^(?!\.{1,2}$)[a-zA-Z0-9._-]+$/;

/** Names come from Handover's own tables: a bad one is a bug, and must not reach a file system or a bucket. */
export function checkName(name: string): string {
  if (!name.split('/').every((part) => segment.test(part))) {
    throw new TypeError(
      `${JSON.stringify(name)} is no object name: segments of [a-zA-Z0-9._-], joined by "/"`,
    );
  }
  return name;
}

export function missing(name: string): HandoverError {
  const message = `The stored part ${name} is not in the store.`;
  return new HandoverError('archive_damaged', message, { details: { object: name, reason: 'missing' } });
}
