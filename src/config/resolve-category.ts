import type { Belonging, SelectedColumn, Selection, Way } from '../sources/source.ts';
import type { CategoryConfig, Exclusion, Way as WrittenWay } from './define.ts';
import { camelCase, humanise, parseColumnPath, quoteKey, splitTable } from './names.ts';
import { didYouMean, type PathStep } from './problems.ts';
import { checkWords, type Resolving, resolveLeftOut } from './resolve-left-out.ts';
import { resolveClasses, resolveSensitive } from './resolve-sensitive.ts';
import type { CategoryWords } from './resolved.ts';

/** One category twice: as a source reads it, and as a person reads of it. */
export function resolveCategory(
  resolving: Resolving,
  name: string,
  category: CategoryConfig,
  at: PathStep[],
): { selection: Selection; words: CategoryWords } {
  const columns = includeColumns(resolving, category.include, [...at, 'include']);
  const leaving = category.include.flatMap((entry, index) =>
    (typeof entry === 'string' ? [entry] : Object.keys(entry)).map((column) => ({
      column,
      at: [...at, 'include', index],
    })),
  );
  const classes = resolveClasses(resolving, leaving, category, [...at, 'classes']);
  const excluded = excludeColumns(resolving, columns, category.exclude ?? {}, [...at, 'exclude']);
  const classified = [...columns.map(({ column }) => column), ...excluded];
  const { table } = splitTable(category.from);
  const sensitive = resolveSensitive(
    resolving,
    { table, columns: classified },
    leaving,
    category.allowSensitive,
    [...at, 'allowSensitive'],
  );
  const orderBy = chooseOrder(resolving, category.orderBy, classified, [...at, 'orderBy']);
  if (category.whereReason !== undefined && category.where === undefined) {
    resolving.report(
      [...at, 'whereReason'],
      "there is no `where` to explain, e.g. where: 't.deleted_at is null'",
    );
  }
  return {
    selection: {
      category: name,
      ...splitTable(category.from),
      ...(category.only && { only: category.only }),
      columns,
      belongsTo: resolveBelonging(category.belongsTo),
      where: category.where,
      orderBy,
    },
    words: {
      name,
      title: checkWords(resolving, category.title, [...at, 'title']) ?? humanise(name),
      description: checkWords(resolving, category.description, [...at, 'description']),
      fields: columns.map(({ column, key }) => ({ column, key, class: classes[column] ?? 'provided' })),
      leftOut: resolveLeftOut(resolving, category.exclude, [...at, 'exclude']),
      rowsLeftOut: checkWords(resolving, category.whereReason, [...at, 'whereReason']),
      sensitive,
    },
  };
}

function includeColumns(
  { report }: Resolving,
  include: CategoryConfig['include'],
  at: PathStep[],
): SelectedColumn[] {
  const columns: SelectedColumn[] = [];
  for (const [index, entry] of include.entries()) {
    const pairs = typeof entry === 'string' ? [[entry, camelCase(entry)] as const] : Object.entries(entry);
    for (const [column, key] of pairs) {
      const twin = columns.find((earlier) => earlier.column === column);
      const namesake = columns.find((earlier) => earlier.key === key);
      if (twin !== undefined) report([...at, index], `\`${column}\` is included twice; remove one`);
      else if (namesake !== undefined) {
        const other = `e.g. { ${quoteKey(column)}: '${key}2' }`;
        report(
          [...at, index],
          `\`${namesake.column}\` already leaves as \`${key}\`; give this one another key, ${other}`,
        );
      }
      columns.push({ column, key });
    }
  }
  return columns;
}

/** Hangs paths on the included columns they cut from; returns the columns that stay whole. */
function excludeColumns(
  { report }: Resolving,
  columns: SelectedColumn[],
  exclude: Record<string, Exclusion>,
  at: PathStep[],
): string[] {
  const whole: string[] = [];
  for (const written of Object.keys(exclude)) {
    const [name = '', ...path] = parseColumnPath(written) ?? [];
    const column = columns.find((included) => included.column === name);
    if (path.length === 0) {
      if (column !== undefined)
        report([...at, written], 'the column is also included; remove it here or there');
      whole.push(name);
    } else if (column === undefined) {
      const example = `e.g. ${quoteKey(name)}: 'secret'`;
      report([...at, written], `\`${name}\` is not included, so exclude it whole, ${example}; or include it`);
    } else {
      column.omit = [...(column.omit ?? []), path];
    }
  }
  return whole;
}

/** The columns of a table that a config knows are those it classifies; an order by any other is a slip. */
function chooseOrder(
  { report }: Resolving,
  orderBy: string[] | undefined,
  classified: string[],
  at: PathStep[],
): string[] {
  if (orderBy === undefined) {
    if (!classified.includes('id')) {
      report(
        at,
        `there is no column \`id\` to order by; expected columns that are unique together, e.g. orderBy: ['${classified[0]}']`,
      );
    }
    return ['id'];
  }
  for (const [index, column] of orderBy.entries()) {
    if (!classified.includes(column)) {
      const hint = didYouMean(column, classified) || ', so say there whether it leaves';
      report([...at, index], `\`${column}\` is neither included nor excluded${hint}`);
    }
  }
  return orderBy;
}

function resolveBelonging(belongsTo: CategoryConfig['belongsTo']): Belonging {
  if (typeof belongsTo === 'string' || !('anyOf' in belongsTo)) return resolveWay(belongsTo);
  const [first, ...others] = belongsTo.anyOf.map(resolveWay);
  return first !== undefined && others.length === 0 ? first : { anyOf: belongsTo.anyOf.map(resolveWay) };
}

function resolveWay(way: string | WrittenWay): Way {
  if (typeof way === 'string') return { column: way };
  const { column, is, through } = way;
  return {
    column,
    ...(is && { is }),
    ...(through && {
      through: through.map(({ table, on, is }) => ({ ...splitTable(table), on, ...(is && { is }) })),
    }),
  };
}
