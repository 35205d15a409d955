import type { ChannelsRequest, ChatRequest, MessageCut, UsersRequest } from '../chat/request.ts';
import {
  lineHead,
  lineSeparator,
  lineTail,
  listSeparator,
  sectionTypes,
  usersSection,
} from '../chat/section-names.ts';
import { HandoverError } from '../errors.ts';
import { type Layout, layOut, type Segment } from './layout.ts';
import { type StoredPart, slicedPart, sliceOf } from './stored-part.ts';

export type ChatLayout = Layout & ChatFileKind;

export interface ChatFileKind {
  contentType: string;
  /** Of the file's name, without its dot. */
  extension: 'json' | 'ndjson' | 'csv';
}

/**
 * Lays out the file of the server door: a JSON list of channels (v1), a line for each entity (v2, users), or csv. Parts
 * are in the order of the file. Of a csv file, `includeFields` must name every column. Throws `archive_damaged` if
 * the record of a part does not add up.
 */
export function layOutChatDocument(
  request: ChatRequest,
  cuts: MessageCut[],
  parts: StoredPart[],
): ChatLayout {
  return { ...layOut(segmentsOf(request, cuts, slicesBySection(parts))), ...chatFileKind(request) };
}

/** What kind of file a request makes. */
export function chatFileKind(request: ChatRequest): ChatFileKind {
  if (request.about === 'users') return ndjson;
  if (request.format === 'csv') return csv;
  return request.version === 'v2' ? ndjson : json;
}

function segmentsOf(request: ChatRequest, cuts: MessageCut[], slices: Slices): Generator<Segment, void> {
  if (request.about === 'users') return usersSegments(request, cuts, slices);
  if (request.format === 'csv') return csvSegments(request, slices);
  return request.version === 'v2' ? v2Segments(request, slices) : v1Segments(request, slices);
}

const json = { contentType: 'application/json; charset=utf-8', extension: 'json' } as const;
const ndjson = { contentType: 'application/x-ndjson; charset=utf-8', extension: 'ndjson' } as const;
const csv = { contentType: 'text/csv; charset=utf-8; header=present', extension: 'csv' } as const;

type Slices = Map<string, Segment[]>;

/** A channel that was gone when it was read has no entry, rather than half of one. */
function* v1Segments(request: ChannelsRequest, slices: Slices): Generator<Segment, void> {
  yield text('[');
  let joint = '\n';
  for (const index of request.channels.keys()) {
    const channel = slices.get(`${index}/channel`) ?? [];
    if (channel.length === 0) continue;
    yield text(`${joint}{"channel":`);
    yield* channel;
    yield* list('messages', slices.get(`${index}/messages`) ?? []);
    yield* list('members', slices.get(`${index}/members`) ?? []);
    const reads = slices.get(`${index}/reads`);
    if (reads) yield* list('read', reads);
    yield text('}');
    joint = ',\n';
  }
  yield text('\n]\n');
}

function* list(key: string, rows: Segment[]): Generator<Segment, void> {
  yield text(`,\n"${key}":[`);
  if (rows.length > 0) yield text('\n');
  yield* joined(rows, listSeparator);
  yield text(']');
}

function* v2Segments(request: ChannelsRequest, slices: Slices): Generator<Segment, void> {
  if (request.exportUsers) yield* lines('user', slices.get(usersSection) ?? []);
  for (const index of request.channels.keys()) {
    if ((slices.get(`${index}/channel`) ?? []).length === 0) continue;
    for (const part of ['channel', 'members', 'messages', 'reactions', 'reads'] as const) {
      yield* lines(part, slices.get(`${index}/${part}`) ?? []);
    }
  }
}

function* usersSegments(request: UsersRequest, cuts: MessageCut[], slices: Slices): Generator<Segment, void> {
  for (const [index, userId] of request.userIds.entries()) {
    yield* lines('user', slices.get(`${index}/user`) ?? []);
    const cut = cuts.find((candidate) => candidate.userId === userId);
    if (cut) yield text(cutLine(cut));
    for (const part of ['messages', 'reactions', 'calls'] as const) {
      yield* lines(part, slices.get(`${index}/${part}`) ?? []);
    }
  }
}

function* csvSegments(request: ChannelsRequest, slices: Slices): Generator<Segment, void> {
  if (request.includeFields.length === 0) throw new Error('A csv file was asked for without its columns.');
  yield text(`${request.includeFields.map(csvCell).join(',')}\r\n`);
  for (const index of request.channels.keys()) yield* slices.get(`${index}/messages`) ?? [];
}

function* lines(part: keyof typeof sectionTypes, rows: Segment[]): Generator<Segment, void> {
  if (rows.length === 0) return;
  const type = sectionTypes[part];
  yield text(lineHead(type));
  yield* joined(rows, lineSeparator(type));
  yield text(lineTail);
}

function cutLine({ userId, messagesTotal, messagesExported }: MessageCut): string {
  const data = { user_id: userId, messages_total: messagesTotal, messages_exported: messagesExported };
  return `${lineHead('cut')}${JSON.stringify(data)}${lineTail}`;
}

function* joined(rows: Segment[], separator: Uint8Array): Generator<Segment, void> {
  for (const [index, slice] of rows.entries()) {
    if (index > 0) yield { kind: 'text', bytes: separator };
    yield slice;
  }
}

/** A section that has no rows is there all the same, without a slice. */
function slicesBySection(parts: StoredPart[]): Slices {
  const slices: Slices = new Map();
  for (const part of parts) {
    const sliced = slicedPart(part);
    for (const section of part.sections) {
      const { category, bytes } = section;
      requireKnown(part.name, category);
      const rows = slices.get(category) ?? [];
      slices.set(category, rows);
      if (bytes === 0) continue;
      rows.push(sliceOf(sliced, section));
    }
  }
  return slices;
}

function requireKnown(part: string, section: string): void {
  const [index = '', name = ''] = section.split('/');
  if (section === usersSection || (/^\d+$/.test(index) && Object.hasOwn(sectionTypes, name))) return;
  const message = `The part ${part} holds rows of ${section}, which is no section of this file.`;
  throw new HandoverError('archive_damaged', message, { details: { object: part, reason: 'category' } });
}

/** RFC 4180. Keys of the product's own columns may hold anything. */
function csvCell(words: string): string {
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}

function text(words: string): Segment {
  return { kind: 'text', bytes: Buffer.from(words) };
}
