import type { Schema } from './schema.ts';
import type { Verdict } from './verify.ts';
import type { Walked } from './walk.ts';

/** One schema that was drafted, checked and exported, with or without a look at rows. */
export interface Measured {
  schema: Schema;
  sample: boolean;
  walked: Walked;
  verdict: Verdict;
}

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

/** The tables of the page, in Markdown. `machine` is what it was measured on. */
export function writeReport(measured: Measured[], machine: string): string {
  const rows = measured.map(({ schema, sample, walked, verdict }) => {
    const { init, check, export: exporting } = walked.milliseconds;
    const foreign =
      verdict.foreignMarks.length + Object.values(verdict.foreignRows).reduce((a, b) => a + b, 0);
    const lost = Object.values(verdict.missingRows).reduce((a, b) => a + b, 0);
    return [
      `${schema.title}${sample ? ', `--sample`' : ''}`,
      schema.tables.length,
      verdict.owned,
      verdict.reached,
      verdict.keptWhole.length,
      verdict.missed.length,
      verdict.falseReaches.length,
      `${verdict.rows - lost} of ${verdict.rows}`,
      foreign,
      verdict.leaked.length,
      askedColumns(walked),
      verdict.columnsWithheld.length,
      [init, check, exporting].map((time) => (time / 1000).toFixed(1)).join(' / '),
    ];
  });
  const heads = [
    'schema',
    'tables',
    'of the subject',
    'reached',
    'credentials, whole',
    'missed',
    'false reaches',
    'rows',
    'foreign rows',
    'canaries',
    'columns asked about',
    'harmless columns that stay',
    'init / check / export, s',
  ];
  const table = [heads, heads.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return `
${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

Measured on ${machine}, one after the other, in one process.

${listOf('Missed', missedOf(measured))}
${listOf('False reaches', falseReachesOf(measured))}`;
}

function missedOf(measured: Measured[]): string[] {
  return measured.flatMap(({ schema, verdict }) =>
    verdict.missed.map((name) => {
      const truth = schema.tables.find((table) => table.name === name)?.truth;
      return `${schema.title}, \`${name}\`: ${truth?.because || 'a gap of the draft'}.`;
    }),
  );
}

function falseReachesOf(measured: Measured[]): string[] {
  return measured.flatMap(({ schema, verdict, sample }) =>
    verdict.falseReaches.map(
      (name) =>
        `${schema.title}${sample ? ', `--sample`' : ''}, \`${name}\`: ${schema.falseReaches?.[name] ?? 'a fault of the draft'}.`,
    ),
  );
}

function listOf(title: string, lines: string[]): string {
  const once = [...new Set(lines)];
  return once.length === 0
    ? `${title}: none.\n`
    : `${title}:\n\n${once.map((line) => `- ${line}`).join('\n')}\n`;
}

/** Questions about a column, or about a part of one. */
export function askedColumns({ summary }: Walked): number {
  return summary.questions.filter(({ place }) => place.includes('.')).length;
}
