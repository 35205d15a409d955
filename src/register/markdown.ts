import { formatDuration } from '../language/language.ts';
import type {
  Register,
  RegisteredCategory,
  RegisteredExclusion,
  RegisteredExport,
  Retention,
} from './register.ts';

/** The register as a page that a person reads, prints or keeps beside the code. The same config gives the same bytes. */
export function registerMarkdown({ product, config, exports }: Register): string {
  return [
    `# What leaves ${inline(product)}`,
    `Made from the config ${config.version === null ? '' : `of version ${inline(config.version)}, `}with the hash \`${config.hash}\`. Each archive's manifest says the same of itself.`,
    '`provided`: the person gave it. `observed`: recorded of what they did. `derived`: worked out from other data. `third-party`: from or about somebody else.',
    ...exports.flatMap(ofExport),
  ]
    .join('\n\n')
    .concat('\n');
}

function ofExport(registered: RegisteredExport): string[] {
  const { kind, door, source, subject, retention, categories, leftOut } = registered;
  return [
    `## Export \`${kind}\``,
    grid(
      ['', ''],
      [
        ['asked for by', door === 'account' ? 'the person, on the Data Export page' : "the product's server"],
        ['read from', `the database \`${source}\``],
        ...(subject === null ? [] : [['whose data', `the row of \`${subject}\``]]),
        ...retentionLines(retention),
      ],
    ),
    ...categories.flatMap(ofCategory),
    '### Tables that stay whole',
    leftOut.length === 0 ? 'None.' : exclusions('table', leftOut),
  ];
}

function ofCategory(category: RegisteredCategory): string[] {
  const { name, title, purpose, table, fields, excluded, rows, sensitive } = category;
  return [
    `### ${inline(title)} (\`${name}\`)`,
    ...(purpose === null ? [] : [inline(purpose)]),
    `From the table \`${table}\`.${rows === null ? ' All rows of the subject leave.' : ''}`,
    grid(
      ['field', 'column', 'class'],
      fields.map(({ key, column, class: kind }) => [code(key), code(column), kind]),
    ),
    ...(rows === null
      ? []
      : [
          `Rows leave that meet ${code(rows.where)}.${rows.why === null ? '' : ` The others stay: ${inline(rows.why)}`}`,
        ]),
    ...(sensitive.length === 0
      ? []
      : [
          'Leaves though it looks like a secret:',
          grid(
            ['column', 'looks like', 'why it leaves'],
            sensitive.map(({ column, denyClass, why }) => [code(column), denyClass, inline(why)]),
          ),
        ]),
    ...(excluded.length === 0 ? [] : ['Stays:', exclusions('column or path', excluded)]),
  ];
}

function exclusions(what: string, excluded: RegisteredExclusion[]): string {
  return grid(
    [what, 'reason', 'note'],
    excluded.map((exclusion) => [code(exclusion.what), exclusion.reason, inline(exclusion.note ?? '')]),
  );
}

function retentionLines({ fileMs, addressMs, confirmationMs, cooldownMs }: Retention): string[][] {
  return [
    ['file is kept', formatDuration(fileMs, 'en')],
    ...(addressMs === null ? [] : [['an address of it works', formatDuration(addressMs, 'en')]]),
    [
      'confirmed by e-mail',
      confirmationMs === null ? 'no' : `yes, within ${formatDuration(confirmationMs, 'en')}`,
    ],
    ...(cooldownMs === null ? [] : [['wait after an export', formatDuration(cooldownMs, 'en')]]),
  ];
}

function grid(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A name as it is, whatever stands in it: also in a cell of a table. */
function code(text: string): string {
  const fence = '`'.repeat(1 + Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)));
  const blank = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${blank}${oneLine(text).replaceAll('|', '\\|')}${blank}${fence}`;
}

/** Words of the config as text, so that nothing in them is taken for markup. */
function inline(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
