import type { Client, Connection, FieldDef, Submittable } from 'pg';

/**
 * The columns that a statement would answer with. The server parses it and says so, without planning it: of a statement of
 * many joins that is the dearer half, and one that reads a few rows is planned anyway when it is read.
 */
export function describeStatement(client: Client, sql: string): Promise<{ name: string; typeOid: number }[]> {
  const { promise, resolve, reject } = Promise.withResolvers<{ name: string; typeOid: number }[]>();
  client.query(
    new Description(sql, (error, fields) => {
      if (error) reject(error);
      else resolve(fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })));
    }),
  );
  return promise;
}

/** Parse and Describe, as a query of `pg`, which itself would run it as well. */
class Description implements Submittable {
  readonly #sql: string;
  readonly #end: (error: unknown, fields: FieldDef[]) => void;
  #fields: FieldDef[] = [];

  constructor(sql: string, end: (error: unknown, fields: FieldDef[]) => void) {
    this.#sql = sql;
    this.#end = end;
  }

  submit(connection: Connection): void {
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  }

  handleRowDescription({ fields }: { fields: FieldDef[] }): void {
    this.#fields = fields;
  }

  handleReadyForQuery(): void {
    this.#end(null, this.#fields);
  }

  handleError(error: unknown): void {
    this.#end(error, []);
  }
}
