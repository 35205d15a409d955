import { rowSeparator } from '../archive/json-frame.ts';
import { countSections } from '../chat/count-sections.ts';
import type { ChatRequest, MessageCut } from '../chat/request.ts';
import { type ChatSection, chatSections } from '../chat/sections.ts';
import type { ExportKind, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import type { SectionCount } from '../lifecycle/balance.ts';
import { hasSubject, subjectSelection } from '../sources/has-subject.ts';
import type { KeyRange, Reader, RowChunk, Selection } from '../sources/source.ts';
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
}

export interface ReadableSection {
  category: string;
  /** Null for what no single table has. */
  selection: Selection | null;
  /** `rows` is how many it has. Null for what is read in one go. */
  cut: ((reader: Reader, targetRows: number, rows: number) => Promise<KeyRange[]>) | null;
  read(reader: Reader, range: KeyRange | null, signal: AbortSignal): AsyncIterable<RowChunk>;
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
    sections: kind.selections.map((selection) => ofSelection(selection, subject)),
    async hasSubject(reader) {
      await reader.foresee([subjectSelection(kind.subject), ...kind.selections]);
      return hasSubject(reader, kind.subject, subject);
    },
    async count(reader) {
      const counts: SectionCount[] = [];
      for (const selection of kind.selections) {
        counts.push({ category: selection.category, ...(await reader.count(selection, subject)) });
      }
      return { counts, cuts: [] };
    },
  };
}

function ofSelection(selection: Selection, subject: string): ReadableSection {
  return {
    category: selection.category,
    selection,
    cut: (reader, targetRows, rows) => reader.cut(selection, subject, targetRows, rows),
    read: (reader, range, signal) =>
      reader.read(selection, subject, { ...(range && { range }), separator: rowSeparator, signal }),
  };
}

function ofChat(chat: ResolvedChat, request: ChatRequest): Readable {
  return {
    source: chat.source,
    rowsPerPart: chat.policy.rowsPerPart,
    sections: chatSections(chat, request).map(ofChatSection),
    // Channels and users were looked up when they were asked for; what is gone since is an empty section.
    hasSubject: async () => true,
    count: (reader) => countSections(reader, chat, request),
  };
}

function ofChatSection({ name, query, separator, format }: ChatSection): ReadableSection {
  return {
    category: name,
    selection: null,
    cut: null,
    read: (reader, _range, signal) =>
      format === 'csv' ? reader.readCsv(query, { signal }) : reader.readQuery(query, { separator, signal }),
  };
}
