import { HandoverError } from '../../errors.ts';
import type { SelectedColumn } from '../source.ts';
import { readingOf } from './columns.ts';
import { compileOmissions } from './omit-paths.ts';
import type { TranscodedColumn } from './transcode.ts';
import type { ReadColumn } from './types.ts';

/**
 * What the transcoder does with each selected column; `place` (`Category "calls"`) and `details` are for refusals.
 * Throws `source_refused` when there is no column, or when paths are to be left out of one that is not JSON.
 */
export function transcodedColumns(
  selected: SelectedColumn[],
  columns: Map<string, ReadColumn>,
  place: string,
  details: Record<string, unknown>,
): TranscodedColumn[] {
  if (selected.length === 0) throw new HandoverError('source_refused', `${place} includes no column.`);
  return selected.flatMap(({ column: name, key, omit = [] }) => {
    const column = columns.get(name);
    if (!column) return []; // refused when the columns were read
    const { codec } = readingOf(column, '');
    if (omit.length > 0 && codec !== 'json' && codec !== 'jsonb') {
      throw new HandoverError(
        'source_refused',
        `${place}: only JSON has paths to leave out, and column "${name}" is not JSON. Exclude the whole column, or make it jsonb.`,
        { details: { ...details, column: name } },
      );
    }
    return [{ key, codec, omission: omit.length > 0 ? compileOmissions(omit) : null }];
  });
}
