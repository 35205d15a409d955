import { getPriority, setPriority } from 'node:os';

/** Of 19 there are: where both want one core, the other thread has three times as much of it. More brings calls nothing more. */
const STEPS_BACK = 5;

/**
 * Lets the calling thread, which builds or opens archives, stand back behind the one that answers people. Only on
 * Linux is a priority that of a thread: elsewhere the whole process would stand back. Where that is forbidden (a filter of
 * system calls), it goes without.
 */
export function standBack(set = setPriority): void {
  if (process.platform !== 'linux') return;
  try {
    set(Math.min(19, getPriority() + STEPS_BACK));
  } catch {
    // Polite is all that it would have been.
  }
}
