// The texts around the rows of a JSON document, shared by the layout of sealed parts and by the plain stream.

/**
 * The file of the account door: one JSON document, one row a line.
 * ```
 * {
 *   "exportVersion": "1.0",
 *   "accountId": "a_1",
 *   "exportedAt": "2026-02-28T12:00:00Z",
 *   "data": {
 *     "account": [
 *       {"id":"a_1"}
 *     ],
 *     "users": []
 *   }
 * }
 * ```
 * Parts hold rows alone, joined by `rowSeparator`; all the rest is computed here and stored nowhere.
 */
export interface JsonDocument {
  accountId: string;
  /** Instant of the snapshot, RFC 3339 in UTC with or without a fraction: the document says it in whole seconds. */
  snapshotAt: string;
  /** Names of the categories, in the order in which they stand; one without rows is an empty list. */
  categories: string[];
}

/** What a source puts between two rows of a part (`ReadOptions.separator`), and what joins two parts. */
export const rowSeparator: Uint8Array = Buffer.from(',\n      ');

/** What stands before the first row of a category. */
export const firstRow: Uint8Array = Buffer.from('\n      ');

export function headText(document: JsonDocument): string {
  return (
    `{\n  "exportVersion": "1.0",\n  "accountId": ${JSON.stringify(document.accountId)},\n` +
    `  "exportedAt": "${inWholeSeconds(document.snapshotAt)}",\n  "data": {`
  );
}

/** Opens the category at `index`, from 0. */
export function openingText(category: string, index: number): string {
  return `${index === 0 ? '' : ','}\n    ${JSON.stringify(category)}: [`;
}

export function closingText(hasRows: boolean): string {
  return hasRows ? '\n    ]' : ']';
}

export function tailText(document: JsonDocument): string {
  return document.categories.length === 0 ? '}\n}\n' : '\n  }\n}\n';
}

function inWholeSeconds(instant: string): string {
  const seconds = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(instant)?.[1];
  if (seconds === undefined) throw new TypeError(`${JSON.stringify(instant)} is no RFC 3339 instant in UTC`);
  return `${seconds}Z`;
}
