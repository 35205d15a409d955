import { type ForeignKey, type Index, type Relation, type TableName, tableKey } from './database-schema.ts';

/**
 * Foreign keys and indexes may be declared on the partitions and not on the partitioned table, though it is the table
 * that one reads. They are shown there as well; references to a partition become references to its table, and the
 * rows of a table are those of its partitions where its own statistics are missing.
 */
export function liftFromPartitions(relations: Relation[]): Relation[] {
  const byName = new Map(relations.map((relation) => [tableKey(relation), relation]));
  const find = (name: TableName) => byName.get(tableKey(name)) ?? null;
  return relations.map((relation) => {
    const foreignKeys = relation.foreignKeys.map((key) => atTheTop(key, find));
    if (relation.kind !== 'partitioned') return { ...relation, foreignKeys };
    const leaves = leavesOf(relation, find);
    return {
      ...relation,
      foreignKeys: [...foreignKeys, ...liftForeignKeys(foreignKeys, leaves, find)],
      indexes: [...relation.indexes, ...liftIndexes(relation.indexes, leaves)],
      estimatedRows: relation.estimatedRows || sumOfRows(leaves),
    };
  });
}

type Find = (name: TableName) => Relation | null;

/** The partitions that hold rows themselves, however deep. */
function leavesOf(relation: Relation, find: Find): Relation[] {
  return relation.children.flatMap((name) => {
    const child = find(name);
    if (child === null) return [];
    return child.kind === 'partitioned' ? leavesOf(child, find) : [child];
  });
}

function atTheTop(key: ForeignKey, find: Find): ForeignKey {
  let referenced = find(key.referenced);
  while (referenced?.partitionOf) referenced = find(referenced.partitionOf);
  if (referenced === null) return key;
  const { schema, table } = referenced;
  return { ...key, referenced: { schema, table, columns: key.referenced.columns } };
}

function liftForeignKeys(declared: ForeignKey[], leaves: Relation[], find: Find): ForeignKey[] {
  const known = new Set(declared.map(identityOf));
  const onLeaves = leaves.map((leaf) => leaf.foreignKeys.map((key) => atTheTop(key, find)));
  const lifted = new Map<string, ForeignKey>();
  for (const key of onLeaves.flat()) {
    const identity = identityOf(key);
    if (known.has(identity) || lifted.has(identity)) continue;
    const copies = onLeaves.flatMap((keys) => keys.find((other) => identityOf(other) === identity) ?? []);
    lifted.set(identity, {
      ...key,
      isValidated: copies.every(({ isValidated }) => isValidated),
      isLifted: copies.length === leaves.length ? 'from-all' : 'from-some',
    });
  }
  return [...lifted.values()];
}

/** What it joins, without its name: each partition calls it differently. */
function identityOf({ columns, referenced }: ForeignKey): string {
  return JSON.stringify([columns, referenced.schema, referenced.table, referenced.columns]);
}

function liftIndexes(declared: Index[], leaves: Relation[]): Index[] {
  const shapeOf = ({ method, columns, predicate }: Index) => JSON.stringify([method, columns, predicate]);
  const known = new Set(declared.filter(({ isValid }) => isValid).map(shapeOf));
  const [first, ...others] = leaves;
  return (first?.indexes ?? []).flatMap((index) => {
    const shape = shapeOf(index);
    const isEverywhere = others.every(({ indexes }) =>
      indexes.some((other) => other.isValid && shapeOf(other) === shape),
    );
    if (!index.isValid || !isEverywhere || known.has(shape)) return [];
    known.add(shape);
    // Unique within a partition is not unique in the table.
    return [{ ...index, isUnique: false, isLifted: true }];
  });
}

function sumOfRows(leaves: Relation[]): number | null {
  const counted = leaves.flatMap(({ estimatedRows }) => estimatedRows ?? []);
  return counted.length === 0 ? null : counted.reduce((sum, rows) => sum + rows, 0);
}
