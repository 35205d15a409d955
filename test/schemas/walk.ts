import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from '../../src/check/check-config.ts';
import type { Finding } from '../../src/check/finding.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ExportKind } from '../../src/config/resolved.ts';
import { draftFrom } from '../../src/draft/draft-from.ts';
import { type DraftSummary, summarise } from '../../src/draft/summary.ts';
import { writeConfig } from '../../src/draft/write-config.ts';
import type { Gap } from '../../src/lifecycle/balance.ts';
import { exportToFile } from '../../src/steps/export-to-file.ts';

/** An export of a database on which nobody laid a hand: drafted, loaded, checked, exported. */
export interface Walked {
  /** The text of the drafted config. */
  draft: string;
  summary: DraftSummary;
  kind: ExportKind;
  findings: Finding[];
  /** Where the counts of the archive do not balance. */
  gaps: Gap[];
  /** The whole file. */
  document: string;
  /** Rows by category, as JSON reads them: numbers above 2^53 are not exact. */
  data: Record<string, Record<string, unknown>[]>;
  milliseconds: { init: number; check: number; export: number };
}

/** The same functions as `handover init`, `check` and `export` call, without a process for each. */
export async function walk(request: {
  url: string;
  subjectTable: string;
  subject: string;
  /** Whether `init` may look at rows. */
  sample: boolean;
}): Promise<Walked> {
  const folder = await mkdtemp(join(tmpdir(), 'handover-schemas-'));
  try {
    const path = join(folder, 'handover.config.ts');
    const startedAt = performance.now();
    const { url, sample } = request;
    const drafted = await draftFrom({ choose: null }, { url, sample, subject: request.subjectTable });
    const draft = writeConfig(drafted, { canImport: false });
    await writeFile(path, draft);
    const draftedAt = performance.now();
    process.env.SOURCE_DATABASE_URL = url;
    const config = await loadConfig(path);
    const { findings } = await checkConfig(config);
    const checkedAt = performance.now();
    const [kind] = Object.values(config.exports);
    if (!kind) throw new Error('The draft has no exports.');
    const out = join(folder, 'archive.json');
    const signal = new AbortController().signal;
    const wanted = { kind: kind.name, subject: request.subject, path: out, manifest: null };
    const { gaps } = await exportToFile(config, wanted, () => {}, signal);
    const exportedAt = performance.now();
    const document = await readFile(out, 'utf8');
    return {
      draft,
      summary: summarise(drafted),
      kind,
      findings,
      gaps,
      document,
      data: JSON.parse(document).data,
      milliseconds: {
        init: draftedAt - startedAt,
        check: checkedAt - draftedAt,
        export: exportedAt - checkedAt,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Findings as short lines, for an assertion that shows them. */
export function errorsOf({ findings }: Walked): string[] {
  return findings
    .filter(({ level }) => level === 'error')
    .map(({ rule, path, what }) => `${rule} ${path}: ${what}`);
}
