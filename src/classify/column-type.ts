/** What a type can hold, as far as it matters for what may leave. */
export type TypeGroup =
  /** Yes or no, one of a few words, an instant: never a secret, whatever the name says. */
  | 'fact'
  | 'number'
  | 'text'
  | 'bytes'
  | 'uuid'
  /** Anything at all may be inside: JSON, XML, hstore. */
  | 'container'
  /** Made by the database from other columns: search vectors, embeddings. */
  | 'derived'
  /** The database's own: transaction and object ids. */
  | 'system';

/** The group of a type by its catalog name, `int4` or `_text`; an array is as its elements. Unknown types are text. */
export function groupOfType(type: string, kind?: string): TypeGroup {
  if (kind === 'enum') return 'fact';
  const element = type.replace(/^_/, '');
  for (const [group, names] of Object.entries(groups)) {
    if (names.includes(element)) return group as TypeGroup;
  }
  return /^reg[a-z]+$/.test(element) ? 'system' : 'text';
}

const groups: Partial<Record<TypeGroup, string[]>> = {
  fact: [
    ...['bool', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
    ...['daterange', 'tsrange', 'tstzrange', 'datemultirange', 'tsmultirange', 'tstzmultirange'],
    ...['inet', 'cidr', 'macaddr', 'macaddr8', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'],
    ...['geometry', 'geography'],
  ],
  number: ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money'],
  bytes: ['bytea'],
  uuid: ['uuid'],
  container: ['json', 'jsonb', 'xml', 'hstore'],
  derived: ['tsvector', 'tsquery', 'vector', 'halfvec', 'sparsevec'],
  system: ['oid', 'xid', 'xid8', 'cid', 'tid', 'pg_lsn', 'pg_snapshot', 'txid_snapshot', 'oidvector'],
};
