import type { Slice } from '../lifecycle/export-parts-table.ts';
import type { Reader } from '../sources/source.ts';
import type { Plan } from './calls.ts';
import type { Readable } from './sections.ts';

/** Cuts an export into parts of about `rowsPerPart` rows: large sections by key range, small ones together. */
export async function planParts(reader: Reader, readable: Readable): Promise<Plan> {
  const { rowsPerPart } = readable;
  const parts: Slice[][] = [];
  let shared: Slice[] = [];
  let sharedRows = 0;
  let rowsEstimated = 0;
  const closeShared = () => {
    if (shared.length > 0) parts.push(shared);
    shared = [];
    sharedRows = 0;
  };

  const { counts, cuts } = await readable.count(reader);
  const rowsOf = new Map(counts.map((count) => [count.category, count.rowsInScope - count.rowsLeftOut]));
  for (const { category, cut } of readable.sections) {
    // What is not counted is small.
    const rows = rowsOf.get(category) ?? 1;
    rowsEstimated += rows;
    if (cut && rows > rowsPerPart) {
      // Archive order is part order: what comes before a large section must lie in an earlier part.
      closeShared();
      const ranges = await cut(reader, rowsPerPart, rows);
      for (const range of ranges) parts.push([{ category, range }]);
      continue;
    }
    if (sharedRows + rows > rowsPerPart) closeShared();
    shared.push({ category, range: null });
    sharedRows += rows;
  }
  closeShared();
  return { rowsEstimated, parts, counts, cuts };
}
