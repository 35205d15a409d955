import { readFile } from 'node:fs/promises';
import { type DatabaseSchema, type Relation, tableKey } from '../catalog/database-schema.ts';
import { readSchema } from '../catalog/read-schema.ts';
import { withSession } from '../catalog/with-session.ts';
import { formatPath } from '../config/problems.ts';
import type { ExportKind, LeftOut, ResolvedChat, ResolvedConfig } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import type { SourceSettings } from '../sources/open-source.ts';
import type { Session } from '../sources/postgres/session.ts';
import { checkBelonging } from './belonging.ts';
import { checkEntity, checkEntityKeys } from './chat.ts';
import { checkColumns } from './columns.ts';
import { type Finding, type Report, rules } from './finding.ts';
import { reportMissing, type WantedIndexes } from './indexes.ts';
import { createLocator } from './locate.ts';
import { checkOrder } from './order.ts';
import { checkReach } from './reach.ts';
import { type Reading, readingsOf, readingsOfChat } from './reading.ts';
import { checkRead } from './reads.ts';
import { checkChildren, checkLeftOut, checkTable, requireTable } from './tables.ts';
import { checkView } from './views.ts';

export interface Checked {
  /** Errors first, each kind in the order of the config. */
  findings: Finding[];
  /** Categories and entities that were compared with a table. */
  compared: number;
  /** Tables that the databases have. */
  tables: number;
}

/**
 * Compares what a config says with the databases that it reads, on one connection each, reading catalogs and plans and no
 * row. `kinds` are names of exports, or `chat`; none means all. Throws `kind_unknown`, and `source_unavailable` or
 * `source_refused` when a database cannot be asked.
 */
export async function checkConfig(config: ResolvedConfig, kinds: string[] = []): Promise<Checked> {
  const wanted = chooseKinds(config, kinds);
  const locate = createLocator(await readFile(config.path, 'utf8'), config.path);
  const findings: Finding[] = [];
  const report: Report = (rule, place, what, cure) => {
    const path = formatPath(place.at);
    findings.push({ level: rules[rule], rule, file: config.path, line: locate(place), path, what, cure });
  };
  let compared = 0;
  let tables = 0;
  for (const [name, settings] of Object.entries(config.sources)) {
    const exports = wanted.exports.filter(({ source }) => source === name);
    const chat = wanted.chat?.source === name ? wanted.chat : null;
    if (exports.length === 0 && chat === null) continue;
    await inSource(name, settings, async (session) => {
      const schema = await readSchema(session);
      tables += schema.relations.length;
      for (const kind of exports) compared += await checkKind(session, kind, schema, report);
      if (chat !== null) compared += await checkChat(session, chat, schema, report);
    });
  }
  const errorsFirst = findings.toSorted(
    (a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'),
  );
  return { findings: errorsFirst, compared, tables };
}

function chooseKinds(
  config: ResolvedConfig,
  kinds: string[],
): { exports: ExportKind[]; chat: ResolvedChat | null } {
  const known = [...Object.keys(config.exports), ...(config.chat === null ? [] : ['chat'])];
  const unknown = kinds.find((kind) => !known.includes(kind));
  if (unknown !== undefined) {
    throw new HandoverError(
      'kind_unknown',
      `The config has no exports of kind "${unknown}". It has: ${known.join(', ')}.`,
    );
  }
  const isWanted = (kind: string) => kinds.length === 0 || kinds.includes(kind);
  return {
    exports: Object.values(config.exports).filter(({ name }) => isWanted(name)),
    chat: isWanted('chat') ? config.chat : null,
  };
}

async function inSource(
  name: string,
  settings: SourceSettings,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  try {
    await withSession(settings, use);
  } catch (error) {
    if (!(error instanceof HandoverError)) throw error;
    throw new HandoverError(
      error.code,
      `The source \`${name}\` cannot be checked: ${error.message}
A check needs a database with the schema that your product will have; its rows are never read. In CI, migrate an empty one.`,
      { cause: error, details: error.details },
    );
  }
}

async function checkKind(
  session: Session,
  kind: ExportKind,
  schema: DatabaseSchema,
  report: Report,
): Promise<number> {
  const at = ['exports', kind.name];
  const subject = requireTable(schema, kind.subject, { at: [...at, 'subject', 'table'] }, report);
  const readings = readingsOf(kind);
  const wanted: WantedIndexes = new Map();
  await checkReadings(session, readings, kind.leftOut, schema, report, async (reading, relation) => {
    const ways = await checkBelonging(session, reading, relation, schema, report);
    checkOrder(reading, relation, report);
    await checkRead(session, reading, relation, ways, wanted, schema, report);
  });
  reportMissing(wanted, report);
  checkLeftOut(kind.leftOut, [...at, 'leftOut'], schema, report);
  if (subject !== null) {
    if (!subject.columns.some(({ name }) => name === kind.subject.column)) {
      report(
        'column-missing',
        { at: [...at, 'subject', 'column'] },
        `there is no column ${kind.subject.table}.${kind.subject.column}`,
        'name the column that identifies a subject',
      );
    }
    const known = { read: readings, leftOut: kind.leftOut };
    checkReach(schema, [subject], known, { at: [...at, 'categories'] }, report);
  }
  return readings.length;
}

async function checkChat(
  session: Session,
  chat: ResolvedChat,
  schema: DatabaseSchema,
  report: Report,
): Promise<number> {
  const readings = readingsOfChat(chat);
  const wanted: WantedIndexes = new Map();
  const ofUsersAndChannels = [chat.users, chat.channels].flatMap(
    (entity) => schema.relations.find((relation) => tableKey(relation) === tableKey(entity)) ?? [],
  );
  await checkReadings(session, readings, chat.leftOut, schema, report, (reading, relation) =>
    checkEntity(session, chat, reading, relation, wanted, schema, report),
  );
  await checkEntityKeys(session, chat, schema, report);
  reportMissing(wanted, report);
  checkLeftOut(chat.leftOut, ['chat', 'leftOut'], schema, report);
  checkReach(schema, ofUsersAndChannels, { read: readings, leftOut: chat.leftOut }, { at: ['chat'] }, report);
  return readings.length;
}

/** What holds for every table that is read, whatever for. */
async function checkReadings(
  session: Session,
  readings: Reading[],
  leftOut: LeftOut[],
  schema: DatabaseSchema,
  report: Report,
  checkFurther: (reading: Reading, relation: Relation) => Promise<void>,
): Promise<void> {
  for (const reading of readings) {
    const place = { at: [...reading.place.at, 'from'] };
    const relation = requireTable(schema, reading, place, report);
    if (relation === null) continue;
    checkTable(reading, relation, schema, report);
    checkColumns(reading, relation, schema, report);
    checkChildren(reading, relation, readings, leftOut, schema, report);
    await checkView(session, reading, relation, readings, schema, report);
    await checkFurther(reading, relation);
  }
}
