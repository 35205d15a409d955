import { HandoverError } from '../errors.ts';
import { failureWords } from '../language/failures.ts';
import { chooseLanguage } from '../language/language.ts';
import { failExport as failExportRow, findExport } from '../lifecycle/data-exports-table.ts';
import { endExport } from './end-export.ts';
import { oweMail } from './owe-mail.ts';
import { oweWebhook } from './owe-webhook.ts';
import type { Parts } from './parts.ts';
import { traceLife } from './trace-life.ts';

/**
 * Ends an export that cannot be made, with a reason that a person understands. Does nothing if it is over, or if the
 * attempt given is no longer the current one: another worker is at it, and may well succeed.
 */
export async function failExport(
  parts: Pick<Parts, 'config' | 'db' | 'queue' | 'now' | 'log' | 'tracing'>,
  { exportId, attempt }: { exportId: string; attempt: number | null },
  error: unknown,
): Promise<void> {
  const at = parts.now();
  const code = failureCode(error);
  const before = await findExport(parts.db, exportId);
  const language = chooseLanguage([before?.requester.language], parts.config.product.language);
  const message = failureWords(code, language);
  const failed = await parts.db.transaction(async (tx) => {
    const data = await failExportRow(tx, { id: exportId, attempt, now: at, code, message });
    if (!data) return null;
    await endExport(parts, tx, data, { event: 'failed', actor: 'system', at, details: { code } });
    if (data.door === 'account') await oweMail(parts, tx, exportId, 'failed');
    else await oweWebhook(parts, tx, data);
    return data;
  });
  if (failed) {
    parts.log.error({ exportId, code, err: error }, 'export failed');
    traceLife(parts, failed, at);
  }
}

/** The stable code of a failure; null stands for a run whose workers were killed until the retries were used up. */
function failureCode(error: unknown): string {
  if (error === null) return 'retries_exhausted';
  return error instanceof HandoverError ? error.code : 'internal';
}
