import { createHash } from 'node:crypto';
import { checkCategory } from './check-category.ts';
import { type FileChecker, type Finding, number } from './finding.ts';
import { firstRow, headText, openingText, rowSeparator, tailText } from './json-frame.ts';
import type { Manifest, ManifestCategory } from './manifest.ts';
import { createRowScanner } from './scan-row.ts';

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;

/** Longest that a name is looked for where a category should be opened, in bytes. */
const LONGEST_OPENING = 300;

const closing = Buffer.from('\n    ]');

/**
 * The document of the account door: its frame has to be the very one that Handover writes, its rows are counted where
 * they stand, and each category is hashed from its first row to its last. Keeps nothing of what it has read.
 */
export function checkDocument(manifest: Manifest): FileChecker {
  return new DocumentChecker(manifest);
}

type Mode =
  /** A text that is known: `#expected`. */
  | 'text'
  /** Up to the bracket that opens a category. */
  | 'opening'
  /** Behind that bracket. */
  | 'opened'
  /** Where a row begins. */
  | 'start'
  | 'row'
  /** Behind a row. */
  | 'between'
  | 'end';

class DocumentChecker implements FileChecker {
  readonly #manifest: Manifest;
  readonly #tail: string;
  #finding: Finding | null = null;
  /** Of the chunk under way. */
  #offset = 0;
  #mode: Mode = 'text';
  #expected: Uint8Array;
  #matched = 0;
  #then: () => void;
  #opening = '';

  // Of the category under way.
  #index = -1;
  #rows = 0;
  #rowsFrom = 0;
  #rowsTo = 0;
  #hash = createHash('sha256');

  readonly #scanner = createRowScanner();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    const document = {
      accountId: manifest.export.subject,
      snapshotAt: manifest.snapshotAt,
      categories: manifest.categories.map(({ name }) => name),
    };
    this.#tail = tailText(document);
    this.#expected = Buffer.from(headText(document));
    this.#then = () => this.#openNext();
  }

  push(bytes: Uint8Array): Finding | null {
    for (let at = 0; at < bytes.length && !this.#finding; ) {
      if (this.#mode === 'row') at = this.#readRow(bytes, at);
      else if (this.#mode === 'start') at = this.#startRow(bytes[at], at);
      else this.#step(bytes[at] ?? 0, this.#offset + at++);
    }
    this.#offset += bytes.length;
    return this.#finding;
  }

  end(): Finding | null {
    if (this.#finding || this.#mode === 'end') return this.#finding;
    const { bytes } = this.#manifest.file;
    const row = this.#mode === 'row' ? `, within row ${number(this.#rows + 1)}` : '';
    return this.#wrong(
      'cut off',
      this.#offset,
      `The file is cut off after byte ${number(this.#offset)}, ${this.#place()}${row}: the manifest says ${number(bytes)} bytes.`,
    );
  }

  #step(byte: number, at: number): void {
    switch (this.#mode) {
      case 'text':
        if (byte !== this.#expected[this.#matched]) this.#wrongText(at);
        else if (++this.#matched === this.#expected.length) this.#then();
        return;
      case 'opening':
        this.#opening += String.fromCharCode(byte);
        if (byte === OPEN_LIST) this.#checkOpening(at + 1 - this.#opening.length);
        else if (this.#opening.length > LONGEST_OPENING) this.#wrongText(at + 1 - this.#opening.length);
        return;
      case 'opened':
        if (byte === CLOSE_LIST) this.#closeCategory(at);
        else if (byte === NEWLINE) this.#expect(firstRow, () => this.#enter('start'));
        else this.#wrongText(at);
        return;
      case 'between':
        if (byte === COMMA) this.#expect(rowSeparator, () => this.#enter('start'));
        else if (byte === NEWLINE) this.#expect(closing, () => this.#closeCategory(at));
        else this.#wrongText(at);
        return;
      case 'end':
        this.#wrong(
          'too long',
          at,
          `The file goes on behind its end, from byte ${number(at)}: the manifest says ${number(this.#manifest.file.bytes)} bytes.`,
        );
    }
  }

  /** Waits for a text whose first byte has been read. */
  #expect(text: Uint8Array, then: () => void): void {
    this.#expected = text;
    this.#matched = 1;
    this.#then = then;
    this.#mode = 'text';
  }

  #enter(mode: Mode): void {
    this.#mode = mode;
  }

  #openNext(): void {
    this.#index++;
    this.#rows = 0;
    this.#rowsFrom = 0;
    this.#rowsTo = 0;
    this.#hash = createHash('sha256');
    this.#opening = '';
    this.#mode = 'opening';
    if (this.#category()) return;
    this.#expected = Buffer.from(this.#tail);
    this.#matched = 0;
    this.#then = () => this.#enter('end');
    this.#mode = 'text';
  }

  #checkOpening(offset: number): void {
    const category = this.#category();
    const text = Buffer.from(this.#opening, 'latin1').toString();
    if (category && text === openingText(category.name, this.#index)) {
      this.#enter('opened');
      return;
    }
    const other = /^,?\n {4}"([\w-]+)": \[$/.exec(text)?.[1];
    if (!category || other === undefined || other === category.name) {
      this.#wrongText(offset);
      return;
    }
    const isKnown = this.#manifest.categories.some(({ name }) => name === other);
    const why = isKnown ? 'the categories stand in another order' : 'the manifest knows no such category';
    this.#wrong(
      'order',
      offset,
      `"${other}" begins at byte ${number(offset)}, where "${category.name}" should: ${why}.`,
    );
  }

  #closeCategory(at: number): void {
    const category = this.#category();
    if (!category) throw new Error('A category was closed that was not opened.');
    const found = {
      rows: this.#rows,
      bytes: this.#rowsTo - this.#rowsFrom,
      sha256: this.#hash.digest('hex'),
    };
    this.#finding = checkCategory(category, found, this.#rows > 0 ? this.#rowsFrom : at);
    this.#openNext();
  }

  /** Leaves the bracket to {@link #readRow}. */
  #startRow(byte: number | undefined, at: number): number {
    if (byte !== OPEN_OBJECT) {
      this.#wrongText(this.#offset + at);
      return at;
    }
    if (this.#rows === 0) this.#rowsFrom = this.#offset + at;
    else this.#hash.update(rowSeparator);
    this.#mode = 'row';
    return at;
  }

  /** Reads to the end of the row, or of the chunk; returns where it got to. */
  #readRow(bytes: Uint8Array, from: number): number {
    const { at, state } = this.#scanner.scan(bytes, from);
    if (state === 'broken') this.#wrongRow(this.#offset + at);
    this.#hash.update(bytes.subarray(from, at));
    if (state === 'done') {
      this.#rows++;
      this.#rowsTo = this.#offset + at;
      this.#mode = 'between';
    }
    return at;
  }

  #category(): ManifestCategory | undefined {
    return this.#manifest.categories[this.#index];
  }

  #place(): string {
    const category = this.#category();
    if (this.#index < 0) return 'before the first category';
    if (!category) return 'behind the last category';
    return this.#mode === 'opening' ? `where "${category.name}" should begin` : `in "${category.name}"`;
  }

  #wrongText(offset: number): void {
    const row = this.#rows > 0 && this.#category() ? `, behind row ${number(this.#rows)}` : '';
    this.#wrong(
      'frame',
      offset,
      `At byte ${number(offset)}, ${this.#place()}${row}, the file does not go on as it was written.`,
    );
  }

  #wrongRow(offset: number): void {
    const why = this.#scanner.isInText() ? 'a text is not closed' : 'it ends too early';
    const row = `row ${number(this.#rows + 1)} of "${this.#category()?.name}" is broken`;
    this.#wrong('structure', offset, `At byte ${number(offset)}, ${row}: ${why}.`);
  }

  #wrong(what: Finding['what'], offset: number, sentence: string): Finding {
    this.#finding = { what, category: this.#category()?.name ?? null, offset, sentence };
    return this.#finding;
  }
}
