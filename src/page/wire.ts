import type { z } from 'zod';
import type * as door from '../http/account/wire.ts';

/** What the account door says to the page. Its schemas are the truth; here are their types as they come out of JSON. */
export type ExportView = Wire<typeof door.Export>;
export type ExportList = Wire<typeof door.ExportList>;
export type Portal = Wire<typeof door.Portal>;

export type Status = ExportView['status'];
export type Person = ExportView['requestedBy'];
export type Category = Portal['categories'][number];
export type LeftOut = Portal['leftOut'][number];
export type Reason = LeftOut['reason'];

type Wire<Schema extends z.ZodType> = Json<z.infer<Schema>>;

/** A `Date` travels as RFC 3339 in UTC. */
type Json<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;
