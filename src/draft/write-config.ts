import type { Way } from '../config/define.ts';
import { camelCase } from '../config/names.ts';
import { type Code, type Entry, printCode, quoteText } from './code.ts';
import type { Draft, DraftCategory } from './draft.ts';
import type { DraftColumn } from './draft-columns.ts';

/** The draft as the text of a config; `canImport` says whether `handover` can be imported from where it will lie. */
export function writeConfig(draft: Draft, { canImport }: { canImport: boolean }): string {
  const config = printCode({
    entries: [
      entry('product', { entries: [entry('name', quoteText(draft.productName))] }),
      entry('sources', {
        entries: [
          entry('main', {
            entries: [entry('type', quoteText('postgres')), entry('url', 'process.env.SOURCE_DATABASE_URL')],
          }),
        ],
      }),
      entry('exports', { entries: [exportEntry(draft)] }),
    ],
  });
  return canImport
    ? `import { defineConfig } from 'handover';\n\n${header(draft)}\nexport default defineConfig(${config});\n`
    : `${header(draft)}\n// \`npm i handover\` here, and \`defineConfig\` from 'handover' around the object, let an editor complete it.\nexport default ${config};\n`;
}

function header({ database }: Draft): string {
  return `// Drafted by \`handover init\` from the catalogs of the database ${quoteText(database)}. What leaves is what \`include\` names.
// Answer what is marked QUESTION, and remove the mark: what was unsure stays out until then.`;
}

function exportEntry(draft: Draft): Entry {
  const { subject, categories, leftOut } = draft;
  return entry(draft.exportName, {
    entries: [
      entry('subject', {
        entries: [entry('table', quoteText(subject.table)), entry('column', quoteText(subject.column))],
      }),
      entry('categories', { entries: categories.map(categoryEntry) }),
      ...(leftOut.length === 0
        ? []
        : [
            {
              ...entry('leftOut', {
                entries: leftOut.map(({ table, reason, remark, question }) => ({
                  ...entry(table, quoteText(reason)),
                  comments: [...(question === null ? [] : [asQuestion(question)]), capitalised(remark)],
                })),
              }),
              comments: ['Tables that may hold rows of the subject, and stay whole.'],
            },
          ]),
    ],
    closing: closingOf(draft),
  });
}

function closingOf({ lookedUp, unreached, notDrafted, subject }: Draft): string[] {
  const questions = unreached.filter(({ question }) => question !== null);
  const silent = unreached.filter(({ question }) => question === null).map(({ table }) => table);
  return [
    ...(lookedUp.length > 0
      ? [`Looked up by the rows above, and nobody's own: ${lookedUp.join(', ')}.`]
      : []),
    ...(silent.length > 0 ? [`Not reached from ${subject.table}: ${silent.join(', ')}.`] : []),
    ...questions.map(({ table, question }) => asQuestion(`${table}: ${question}`)),
    ...(notDrafted.length > 0
      ? [`Views and foreign tables, which repeat what tables hold: ${notDrafted.join(', ')}.`]
      : []),
  ];
}

function categoryEntry(category: DraftCategory): Entry {
  const { columns, orderBy } = category;
  const leaving = columns.filter(({ reason }) => reason === null);
  const staying = columns.filter(({ reason }) => reason !== null);
  const classes = leaving.filter((column) => column.class !== 'provided');
  const allowed = leaving.filter((column) => column.allowed !== null);
  const isById = orderBy.length === 1 && orderBy[0] === 'id';
  return {
    key: category.name,
    isApart: true,
    comments: [...category.questions.map(asQuestion), ...category.remarks],
    code: {
      entries: [
        entry('from', quoteText(category.from)),
        ...(category.only ? [entry('only', 'true')] : []),
        ...(category.description === null ? [] : [entry('description', quoteText(category.description))]),
        entry('belongsTo', belongsTo(category.ways)),
        entry('include', { items: leaving.map(includeItem) }),
        ...(staying.length > 0 ? [entry('exclude', { entries: staying.map(excludeEntry) })] : []),
        ...(allowed.length > 0
          ? [
              entry('allowSensitive', {
                entries: allowed.map((column) => entry(column.name, quoteText(column.allowed ?? ''))),
              }),
            ]
          : []),
        ...(classes.length > 0
          ? [
              entry('classes', {
                entries: classes.map((column) => entry(column.name, quoteText(column.class))),
              }),
            ]
          : []),
        ...(isById ? [] : [entry('orderBy', { items: orderBy.map((name) => ({ code: quoteText(name) })) })]),
      ],
    },
  };
}

function belongsTo(ways: Way[]): Code {
  const [only, ...others] = ways.map(wayCode);
  if (only !== undefined && others.length === 0) return only;
  return { entries: [entry('anyOf', { items: ways.map((way) => ({ code: wayCode(way) })) })] };
}

function wayCode({ column, is, through }: Way): Code {
  if (is === undefined && through === undefined) return quoteText(column);
  return {
    entries: [
      entry('column', quoteText(column)),
      ...(is ? [entry('is', mapCode(is))] : []),
      ...(through
        ? [
            entry('through', {
              items: through.map((hop) => ({
                code: {
                  entries: [
                    entry('table', quoteText(hop.table)),
                    entry('on', mapCode(hop.on)),
                    ...(hop.is ? [entry('is', mapCode(hop.is))] : []),
                  ],
                },
              })),
            }),
          ]
        : []),
    ],
  };
}

function includeItem({ name, key, question, remark }: DraftColumn): { comments: string[]; code: Code } {
  const isPlain = key === camelCase(name);
  return {
    comments: commentsOf(question, remark),
    code: isPlain ? quoteText(name) : mapCode({ [name]: key ?? '' }),
  };
}

function excludeEntry({ name, reason, question, remark }: DraftColumn): Entry {
  return { ...entry(name, quoteText(reason ?? 'internal')), comments: commentsOf(question, remark) };
}

function commentsOf(question: string | null, remark: string | null): string[] {
  return [
    ...(question === null ? [] : [asQuestion(question)]),
    ...(remark === null ? [] : [capitalised(remark)]),
  ];
}

function asQuestion(question: string): string {
  return `QUESTION: ${question}`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function mapCode(map: Record<string, string>): Code {
  return { entries: Object.entries(map).map(([key, value]) => entry(key, quoteText(value))) };
}

function entry(key: string, code: Code): Entry {
  return { key, code };
}
