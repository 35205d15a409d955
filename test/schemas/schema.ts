import type { Described } from './describe.ts';

/** A product's database that nobody of us has seen: what it is made of, and what is true of it. */
export interface Schema {
  name: string;
  title: string;
  subjectTable: string;
  declaresForeignKeys: boolean;
  tables: Described[];
  /** Tables of nobody that may become a category all the same, without a row, and why no tool could know. */
  falseReaches?: Record<string, string>;
  /** SQL that is run before the tables are made, such as enums. */
  before?: string[];
  /** SQL that is run when the tables are filled, such as indexes. */
  after?: string[];
}
