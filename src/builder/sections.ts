import { rowSeparator } from '../archive/json-frame.ts';
import { countSections } from '../chat/count-sections.ts';
import type { ChatRequest, MessageCut } from '../chat/request.ts';
import { type ChatSection, chatSections } from '../chat/sections.ts';
import type { ExportKind, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import type { SectionCount } from '../lifecycle/balance.ts';
import type { Slice } from '../lifecycle/export-parts-table.ts';
import { hasSubject, subjectSelection } from '../sources/has-subject.ts';
import type { KeyRange, Reader, RowChunk, Selection, SelectionRows } from '../sources/source.ts';
import type { Wanted } from './calls.ts';

/** What the builder reads of an export, section by section in archive order, whichever door it came in by. */
export interface Readable {
  /** The name of its source in the config. */
  source: string;
  rowsPerPart: number;
  sections: ReadableSection[];
  /** Whether there is anybody to export. */
  hasSubject(reader: Reader): Promise<boolean>;
  /** What the sections must give, by a look of its own, and which limits cut something. */
  count(reader: Reader): Promise<{ counts: SectionCount[]; cuts: MessageCut[] }>;
  /** What the slices of a part are made of, in their order. */
  read(reader: Reader, slices: Slice[], signal: AbortSignal): AsyncIterable<SelectionRows>;
}

export interface ReadableSection {
  category: string;
  /** `rows` is how many it has. Null for what is read in one go. */
  cut: ((reader: Reader, targetRows: number, rows: number) => Promise<KeyRange[]>) | null;
}

/** Throws a plain error for what the config does not name: it was checked when the export was asked for. */
export function readableOf(config: ResolvedConfig, { kind: name, subject, request }: Wanted): Readable {
  if (request) {
    if (!config.chat) throw new Error('The config has no server door.');
    return ofChat(config.chat, request);
  }
  const kind = config.exports[name];
  if (!kind) throw new Error(`The config names no export "${name}".`);
  return ofKind(kind, subject);
}

function ofKind(kind: ExportKind, subject: string): Readable {
  return {
    source: kind.source,
    rowsPerPart: kind.policy.rowsPerPart,
    sections: kind.selections.map((selection) => ({
      category: selection.category,
      cut: (reader, targetRows, rows) => reader.cut(selection, subject, targetRows, rows),
    })),
    read: (reader, slices, signal) => readSlices(reader, kind, subject, slices, signal),
    async hasSubject(reader) {
      await reader.foresee([subjectSelection(kind.subject), ...kind.selections]);
      return hasSubject(reader, kind.subject, subject);
    },
    async count(reader) {
      const counted = await reader.countEach(kind.selections, subject);
      const counts = counted.map(
        (count, index): SectionCount => ({
          category: kind.selections[index]?.category ?? '',
          ...count,
        }),
      );
      return { counts, cuts: [] };
    },
  };
}

/** Those that are read whole stand together in the archive, and are small: they are asked for at once. */
async function* readSlices(
  reader: Reader,
  { selections }: ExportKind,
  subject: string,
  slices: Slice[],
  signal: AbortSignal,
): AsyncGenerator<SelectionRows> {
  const wanted = slices.map(({ category, range }) => ({ range, selection: named(selections, category) }));
  await reader.foresee(wanted.map(({ selection }) => selection));
  const options = { separator: rowSeparator, signal };
  let whole: Selection[] = [];
  for (const { selection, range } of wanted) {
    if (!range) {
      whole.push(selection);
      continue;
    }
    yield* reader.readEach(whole, subject, options);
    whole = [];
    yield { category: selection.category, chunks: reader.read(selection, subject, { ...options, range }) };
  }
  yield* reader.readEach(whole, subject, options);
}

function named<T extends { category: string }>(all: T[], category: string): T {
  const found = all.find((one) => one.category === category);
  if (!found) throw new Error(`There is no section "${category}".`);
  return found;
}

function ofChat(chat: ResolvedChat, request: ChatRequest): Readable {
  const sections = chatSections(chat, request).map((section) => ({ category: section.name, section }));
  return {
    source: chat.source,
    rowsPerPart: chat.policy.rowsPerPart,
    sections: sections.map(({ category }) => ({ category, cut: null })),
    // Channels and users were looked up when they were asked for; what is gone since is an empty section.
    hasSubject: async () => true,
    count: (reader) => countSections(reader, chat, request),
    async *read(reader, slices, signal) {
      for (const { category } of slices) {
        yield { category, chunks: readChatSection(reader, named(sections, category).section, signal) };
      }
    },
  };
}

function readChatSection(
  reader: Reader,
  { query, separator, format }: ChatSection,
  signal: AbortSignal,
): AsyncIterable<RowChunk> {
  return format === 'csv'
    ? reader.readCsv(query, { signal })
    : reader.readQuery(query, { separator, signal });
}
