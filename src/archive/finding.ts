import { formatNumber } from '../language/language.ts';

/** The first thing that is wrong with a file or its manifest. */
export interface Finding {
  what:
    | 'manifest'
    | 'signature'
    | 'key'
    | 'frame'
    | 'order'
    | 'structure'
    | 'rows'
    | 'bytes'
    | 'content'
    | 'cut off'
    | 'too long'
    | 'whole';
  /** The category it is in, if it is in one. */
  category: string | null;
  /** Of the first byte that is known to be wrong, or of the rows that are. */
  offset: number | null;
  /** For a person. */
  sentence: string;
}

/** Looks at a file as its bytes come by. Each returns what is wrong as soon as it is known. */
export interface FileChecker {
  push(bytes: Uint8Array): Finding | null;
  end(): Finding | null;
}

export function number(value: number): string {
  return formatNumber(value, 'en');
}

export function counted(value: number, one: string, more = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : more}`;
}
