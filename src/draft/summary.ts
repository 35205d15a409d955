import type { ExclusionReason } from '../config/define.ts';
import type { Draft } from './draft.ts';

/** What a draft came to, for the person who asked for it. */
export interface DraftSummary {
  database: string;
  export: string;
  subject: { table: string; column: string };
  /** Tables with a category, in the draft's order. */
  reached: string[];
  lookedUp: string[];
  leftOut: string[];
  unreached: string[];
  notDrafted: string[];
  columnsIncluded: number;
  /** Columns, and parts of JSON columns, by reason. */
  columnsExcluded: Record<ExclusionReason, number>;
  /** Each with its place in the draft: `customer.email`. */
  questions: { place: string; question: string }[];
}

export function summarise(draft: Draft): DraftSummary {
  const columns = draft.categories.flatMap((category) => category.columns);
  const countOf = (reason: ExclusionReason) => columns.filter((column) => column.reason === reason).length;
  return {
    database: draft.database,
    export: draft.exportName,
    subject: draft.subject,
    reached: draft.categories.map(({ from }) => from),
    lookedUp: draft.lookedUp,
    leftOut: draft.leftOut.map(({ table }) => table),
    unreached: draft.unreached.map(({ table }) => table),
    notDrafted: draft.notDrafted,
    columnsIncluded: columns.filter(({ reason }) => reason === null).length,
    columnsExcluded: {
      secret: countOf('secret'),
      internal: countOf('internal'),
      'third-party': countOf('third-party'),
      derived: countOf('derived'),
    },
    questions: questionsOf(draft),
  };
}

function questionsOf({ categories, leftOut, unreached }: Draft): DraftSummary['questions'] {
  return [
    ...categories.flatMap(({ name, questions, columns }) => [
      ...questions.map((question) => ({ place: name, question })),
      ...columns.flatMap(({ name: column, question }) =>
        question === null ? [] : [{ place: `${name}.${column}`, question }],
      ),
    ]),
    ...[...leftOut, ...unreached].flatMap(({ table, question }) =>
      question === null ? [] : [{ place: table, question }],
    ),
  ];
}
