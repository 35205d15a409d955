import { HandoverError } from '../../errors.ts';
import type { Parts } from '../../steps/parts.ts';
import { type ExportView, viewExport } from '../../steps/view-export.ts';
import type { ProblemCode } from '../problem.ts';
import type { Caller } from './who-is-calling.ts';

/** The exports that a caller is about. */
export function subjectOf(caller: Caller): { kind: string; subjectId: string } {
  return { kind: caller.kind, subjectId: caller.accountId };
}

/** An export of the caller's account. Throws `export_not_found` for any other, as if it did not exist. */
export async function ownExport(parts: Parts, caller: Caller, id: string): Promise<ExportView> {
  const view = await viewExport(parts, id);
  if (view === null || view.accountId !== caller.accountId || view.kind !== caller.kind) {
    throw new HandoverError('export_not_found');
  }
  return view;
}

/** An export that certainly exists, as it is now. */
export async function viewOf(parts: Parts, id: string): Promise<ExportView> {
  const view = await viewExport(parts, id);
  if (view === null) throw new HandoverError('export_not_found');
  return view;
}

/** What any call for an account may be refused with; with a change, what its body may be, too. */
export const readCodes = [
  'unauthenticated',
  'forbidden',
  'invalid_request',
  'kind_unknown',
  'rate_limited',
] as const satisfies ProblemCode[];

export const changeCodes = [
  ...readCodes,
  'body_too_large',
  'media_type_unsupported',
] as const satisfies ProblemCode[];
