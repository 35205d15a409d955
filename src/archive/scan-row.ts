const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTABLE = 0x20;

/** Finds the end of a row, which may lie in a later chunk. Looks at brackets and texts and at nothing else. */
export interface RowScanner {
  /** Goes on at `from`; `at` is behind what was read, or the byte that stands in no row. */
  scan(bytes: Uint8Array, from: number): { at: number; state: 'open' | 'done' | 'broken' };
  /** Whether it stands within a text. */
  isInText(): boolean;
}

/** For one row after another: behind a row it is as new. */
export function createRowScanner(): RowScanner {
  let depth = 0;
  let isInText = false;
  let isEscaped = false;

  return {
    scan(bytes, from) {
      for (let at = from; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        // A row stands on one line: JSON has no such bytes in a text, and Handover writes none between two.
        if (byte < FIRST_PRINTABLE) return { at, state: 'broken' };
        if (isInText) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isInText = false;
        } else if (byte === QUOTE) isInText = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
        else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) {
          return { at: at + 1, state: 'done' };
        }
      }
      return { at: bytes.length, state: 'open' };
    },
    isInText: () => isInText,
  };
}
