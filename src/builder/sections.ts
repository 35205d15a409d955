import { rowSeparator } from '../archive/json-frame.ts';
import { countCuts } from '../chat/lookup.ts';
import type { ChatRequest, MessageCut } from '../chat/request.ts';
import { type ChatSection, chatSections } from '../chat/sections.ts';
import type { ExportKind, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import { hasSubject } from '../sources/has-subject.ts';
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
  /** Limits that cut something. */
  findCuts(reader: Reader): Promise<MessageCut[]>;
}

export interface ReadableSection {
  category: string;
  estimateRows(reader: Reader): Promise<number>;
  /** Null for what is read in one go. */
  cut: ((reader: Reader, targetRows: number) => Promise<KeyRange[]>) | null;
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
    hasSubject: (reader) => hasSubject(reader, kind.subject, subject),
    findCuts: async () => [],
  };
}

function ofSelection(selection: Selection, subject: string): ReadableSection {
  return {
    category: selection.category,
    estimateRows: async (reader) => (await reader.estimate(selection, subject)).rows,
    cut: (reader, targetRows) => reader.cut(selection, subject, targetRows),
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
    findCuts: async (reader) => (request.about === 'users' ? countCuts(reader, chat, request) : []),
  };
}

function ofChatSection({ name, query, separator, format, sizeSql }: ChatSection): ReadableSection {
  return {
    category: name,
    // Messages are what is large; the rest is not worth a question each.
    estimateRows: async (reader) => (sizeSql ? reader.estimateQuery({ name, sql: sizeSql }) : 1),
    cut: null,
    read: (reader, _range, signal) =>
      format === 'csv' ? reader.readCsv(query, { signal }) : reader.readQuery(query, { separator, signal }),
  };
}
