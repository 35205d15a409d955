/**
 * Results of many works in their order, while those after them are under way: at most `ahead()` that were not taken yet.
 * The first is begun alone, since somebody waits for it, and each that is taken lets one more be ahead. What is left when
 * the consumer stops is let run out, and `drop` hears of its results.
 */
export async function* readAhead<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item, index: number) => Promise<Result>,
  { ahead, drop }: { ahead: () => number; drop: (result: Result) => void },
): AsyncGenerator<Result, void> {
  const next = items[Symbol.iterator]();
  const coming: Promise<Result>[] = [];
  let index = 0;
  let taken = 0;
  try {
    for (;;) {
      while (coming.length < Math.min(ahead(), taken + 1)) {
        const item = next.next();
        if (item.done) break;
        const result = work(item.value, index++);
        // Thrown where it is awaited; until then it is only remembered.
        result.catch(() => {});
        coming.push(result);
      }
      const result = coming.shift();
      if (result === undefined) return;
      yield await result;
      taken++;
    }
  } finally {
    for (const result of coming) result.then(drop, () => {});
  }
}
