import type { Schema } from './schema.ts';
import type { Verdict } from './verify.ts';
import type { Walked } from './walk.ts';

/** What was measured of one schema, a line each. */
export function reportLines(schema: Schema, walked: Walked, verdict: Verdict): string[] {
  const { init, check, export: exporting } = walked.milliseconds;
  const list = (names: string[]) => (names.length === 0 ? 'none' : `${names.length}: ${names.join(', ')}`);
  return [
    `tables of the subject  ${verdict.owned} of ${schema.tables.length}: ${verdict.reached} reached, ${verdict.keptWhole.length} of credentials stay whole`,
    `missed                 ${list(verdict.missed)}`,
    `false reaches          ${list(verdict.falseReaches)}`,
    `rows                   ${verdict.rows} in the archive`,
    `columns                ${verdict.columnsLeaving} of ${verdict.columns} leave, ${askedColumns(walked)} are asked about, ${verdict.columnsWithheld.length} stay that are no secrets`,
    `canaries leaked        ${verdict.leaked.length}`,
    `time                   init ${Math.round(init)} ms, check ${Math.round(check)} ms, export ${Math.round(exporting)} ms`,
  ];
}

/** Questions about a column, or about a part of one. */
export function askedColumns({ summary }: Walked): number {
  return summary.questions.filter(({ place }) => place.includes('.')).length;
}
