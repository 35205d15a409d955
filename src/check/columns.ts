import { type Column, type DatabaseSchema, findColumn, type Relation } from '../catalog/database-schema.ts';
import { classifyColumn } from '../classify/classify-column.ts';
import { groupOfType } from '../classify/column-type.ts';
import { denyClassOf, isFactAbout } from '../classify/deny-class.ts';
import { spell } from '../classify/name-words.ts';
import { parseColumnPath, quoteKey } from '../config/names.ts';
import { didYouMean } from '../config/problems.ts';
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';
import { nameOf, namesOf, quote, quoteTable } from './sql-names.ts';

/** Whether each column of the table is classified, and each that the config names is there, readable and of use. */
export function checkColumns(
  reading: Reading,
  relation: Relation,
  schema: DatabaseSchema,
  report: Report,
): void {
  reportUnclassified(reading, relation, report);
  reportMissing(reading, relation, report);
  reportStaleExclusions(reading, relation, report);
  reportUnreadable(reading, relation, schema, report);
  reportPathsOutsideJson(reading, relation, report);
  reportMadeOfSecret(reading, relation, report);
  reportSecretParts(reading, relation, report);
  reportSecretLooking(reading, relation, report);
}

function reportUnclassified(
  { leaving, excluded, place, name }: Reading,
  relation: Relation,
  report: Report,
): void {
  const classified = new Set([
    ...leaving.map(({ column }) => column),
    ...excluded.map(({ what }) => parseColumnPath(what)?.[0]),
  ]);
  for (const column of relation.columns) {
    if (classified.has(column.name)) continue;
    report(
      'column-unclassified',
      place,
      `nobody has said whether the column ${nameOf(relation, column.name)} (${column.writtenType}) leaves, so it stays`,
      `include it in ${name}, or ${adviseExclusion(relation, column)}`,
    );
  }
}

/** With the reason that its name suggests. */
function adviseExclusion(relation: Relation, column: Column): string {
  const { reason } = classify(relation, column);
  return `exclude it, e.g. ${quoteKey(column.name)}: '${reason ?? 'internal'}'`;
}

function classify(relation: Relation, column: Column) {
  return classifyColumn({
    table: relation.table,
    column: column.name,
    type: column.type.name,
    kind: column.kind,
    isGenerated: column.isGenerated,
    siblings: relation.columns.map(({ name }) => name).filter((name) => name !== column.name),
  });
}

function reportMissing({ leaving, used }: Reading, relation: Relation, report: Report): void {
  const missing = new Set<string>();
  for (const { column, place } of [...leaving, ...used]) {
    if (findColumn(relation, column) !== null || missing.has(column)) continue;
    missing.add(column);
    const hint = didYouMean(column, namesOf(relation));
    report(
      'column-missing',
      place,
      `there is no column ${nameOf(relation, column)}${hint.replace(/\?$/, '')}`,
      'remove it, or name the column that took its place',
    );
  }
}

function reportStaleExclusions(
  { excluded, place, leaving }: Reading,
  relation: Relation,
  report: Report,
): void {
  for (const { what } of excluded) {
    const [column = ''] = parseColumnPath(what) ?? [];
    // A path into a column that leaves was named with that column.
    if (findColumn(relation, column) !== null || leaving.some((other) => other.column === column)) continue;
    report(
      'exclusion-missing',
      { at: [...place.at, 'exclude', what] },
      `there is no column ${nameOf(relation, column)} any more`,
      'remove the exclusion, or name the column that took its place',
    );
  }
}

function reportUnreadable(
  { leaving, used }: Reading,
  relation: Relation,
  schema: DatabaseSchema,
  report: Report,
): void {
  const reported = new Set<string>();
  for (const { column: name, place } of [...leaving, ...used]) {
    const column = findColumn(relation, name);
    if (column === null || column.isReadable || reported.has(name)) continue;
    reported.add(name);
    const target = quoteTable(relation);
    report(
      'not-readable',
      place,
      `the role ${schema.role} may not read ${nameOf(relation, name)}`,
      relation.isReadable || relation.columns.some(({ isReadable }) => isReadable)
        ? `grant select (${quote(name)}) on ${target} to ${quote(schema.role)}`
        : `grant usage on schema ${quote(relation.schema)}, and select on ${target}, to ${quote(schema.role)}`,
    );
    if (!relation.columns.some(({ isReadable }) => isReadable)) return;
  }
}

function reportPathsOutsideJson(
  { leaving, excluded, place }: Reading,
  relation: Relation,
  report: Report,
): void {
  for (const { column: name, omit } of leaving) {
    const column = findColumn(relation, name);
    if (column === null || omit.length === 0 || isJson(column)) continue;
    const written = excluded.find(({ what }) => parseColumnPath(what)?.[0] === name)?.what ?? name;
    report(
      'type-mismatch',
      { at: [...place.at, 'exclude', written] },
      `${nameOf(relation, name)} is ${column.writtenType}, and only JSON has paths to leave out`,
      `exclude the whole column, e.g. ${quoteKey(name)}: 'secret', or make it jsonb`,
    );
  }
}

function isJson({ kind, type }: Column): boolean {
  return kind === 'array' || kind === 'composite' || kind === 'json-like' || /^jsonb?$/.test(type.name);
}

/** A generated column can hand out, under any name, what is kept back from its own table. */
function reportMadeOfSecret(
  { leaving, excluded, allowed, name: reading }: Reading,
  relation: Relation,
  report: Report,
): void {
  const secrets = new Set(
    excluded.flatMap(({ what, reason }) => {
      const [column, ...path] = parseColumnPath(what) ?? [];
      return reason === 'secret' && path.length === 0 ? [column] : [];
    }),
  );
  for (const { column: name, place } of leaving) {
    const column = findColumn(relation, name);
    if (column === null || allowed.has(name) || tellsOnlyAbout(column)) continue;
    const secret = column.generatedFrom.find(
      (source) => secrets.has(source) || (denyClassOf(source) !== null && !allowed.has(source)),
    );
    if (secret === undefined) continue;
    report(
      'made-of-secret',
      place,
      `${nameOf(relation, name)} leaves with ${reading} and is generated from ${nameOf(relation, secret)}, which is a secret`,
      `exclude ${name}, e.g. ${quoteKey(name)}: 'secret'`,
    );
  }
}

/** A composite leaves with all of its parts but those that are left out by path. */
function reportSecretParts(
  { leaving, allowed, name: reading }: Reading,
  relation: Relation,
  report: Report,
): void {
  for (const { column: name, omit, place } of leaving) {
    if (allowed.has(name)) continue;
    for (const part of findColumn(relation, name)?.parts ?? []) {
      const isCut = omit.some((path) => path.length === 1 && path[0] === part);
      if (denyClassOf(part) === null || isCut) continue;
      report(
        'made-of-secret',
        place,
        `${nameOf(relation, name)} leaves with ${reading}, and its part ${part} is a secret by its name`,
        `exclude the part, e.g. '${name}.${part}': 'secret'`,
      );
    }
  }
}

/** `has_password boolean`, `card_last4`: made of a secret, and none. */
function tellsOnlyAbout({ name, type, kind }: Column): boolean {
  return groupOfType(type.name, kind) === 'fact' || isFactAbout(spell(name));
}

function reportSecretLooking(
  { leaving, allowed, name: reading }: Reading,
  relation: Relation,
  report: Report,
): void {
  for (const { column: name, omit, place } of leaving) {
    const column = findColumn(relation, name);
    // One of the deny class leaves with a reason, or the config would not have been loaded.
    if (column === null || allowed.has(name) || omit.length > 0) continue;
    const { verdict, reason, question } = classify(relation, column);
    if (verdict === 'include' || reason !== 'secret') continue;
    report(
      'secret-looking',
      place,
      `${nameOf(relation, name)} leaves with ${reading} and may be a secret${question ? `: ${question.replace(/ If not, .*|\.$/g, '')}` : ''}`,
      `exclude it, or say why it leaves, e.g. allowSensitive: { ${quoteKey(name)}: '…' }`,
    );
  }
}
