/**
 * *Balance*: of every category, the rows in scope are those in the file, those that a rule leaves out, and those that
 * failed. What is in scope is counted under the snapshot, apart from the read.
 */
export interface SectionCount {
  category: string;
  rowsInScope: number;
  /** Kept back by a rule that the config or the request names: a `where`, a limit. */
  rowsLeftOut: number;
}

/** A category that does not balance. */
export interface Gap extends SectionCount {
  rowsExported: number;
  /** What is missing for the balance; negative where the file has more rows than were counted. */
  rowsFailed: number;
}

/** In the order of the counts. `exported` are the rows in the file, by category; none where it has no such category. */
export function findGaps(counts: SectionCount[], exported: ReadonlyMap<string, number>): Gap[] {
  return counts.flatMap(({ category, rowsInScope, rowsLeftOut }) => {
    const rowsExported = exported.get(category) ?? 0;
    const rowsFailed = rowsInScope - rowsLeftOut - rowsExported;
    return rowsFailed === 0 ? [] : [{ category, rowsInScope, rowsLeftOut, rowsExported, rowsFailed }];
  });
}
