import { createHash } from 'node:crypto';
import type { Section } from '../lifecycle/export-parts-table.ts';
import type { SelectionRows } from '../sources/source.ts';
import { digestHead } from '../vault/age-format.ts';
import { createSealer } from '../vault/age-seal.ts';
import type { Store } from '../vault/store.ts';

export interface WrittenPart {
  /** One for each section that was given, also for one without rows. */
  sections: Section[];
  /** Size of the object in the store. */
  sizeBytes: number;
  plainBytes: number;
  /** Of the whole plaintext, lower-case hex. */
  sha256: string;
  /** Of the head of the object, lower-case hex: no other part has it. */
  headSha256: string;
}

export interface SectionObserver {
  open(category: string): void;
  rows(bytes: Uint8Array): void;
}

export interface WritePartOptions {
  /** Told after each chunk what this part has so far: rows, and bytes of plaintext. Must not throw. */
  onProgress?: (soFar: { rows: number; bytes: number }) => void;
  /** Hears of each section as it is opened, and of its bytes. */
  observer?: SectionObserver;
  /** Stops between two chunks: the store keeps nothing, and the reason is thrown. */
  signal?: AbortSignal;
}

/**
 * Writes one part in one pass: each chunk is hashed, sealed and handed to the store before the next one is asked for,
 * so nothing piles up when the store is slow, and a chunk's buffer may be used again. Writing the same rows again
 * replaces the part with one of the same plaintext. What a source or the store throws passes through.
 */
export async function writePart(
  { store, recipient }: { store: Pick<Store, 'write'>; recipient: string },
  name: string,
  sectionRows: Iterable<SelectionRows> | AsyncIterable<SelectionRows>,
  { onProgress, observer, signal }: WritePartOptions = {},
): Promise<WrittenPart> {
  const sealer = createSealer(recipient);
  const whole = createHash('sha256');
  const sections: Section[] = [];
  const soFar = { rows: 0, bytes: 0 };

  async function* sealed(): AsyncGenerator<Uint8Array, void> {
    yield sealer.head;
    for await (const { category, chunks } of sectionRows) {
      observer?.open(category);
      const section: Section = { category, offset: soFar.bytes, bytes: 0, rows: 0, sha256: '' };
      // The hash of the first section is that of the whole so far: a part of one category is hashed only once.
      const own = sections.length === 0 ? null : createHash('sha256');
      for await (const { bytes, rows } of chunks) {
        signal?.throwIfAborted();
        whole.update(bytes);
        own?.update(bytes);
        observer?.rows(bytes);
        section.bytes += bytes.length;
        section.rows += rows;
        soFar.bytes += bytes.length;
        soFar.rows += rows;
        yield* sealer.update(bytes);
        onProgress?.({ ...soFar });
      }
      section.sha256 = (own ?? whole.copy()).digest('hex');
      sections.push(section);
    }
    signal?.throwIfAborted();
    yield* sealer.final();
  }

  const { sizeBytes } = await store.write(name, sealed());
  return {
    sections,
    sizeBytes,
    plainBytes: soFar.bytes,
    sha256: whole.digest('hex'),
    headSha256: digestHead(sealer.head),
  };
}
