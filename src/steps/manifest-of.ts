import type { FileDigest } from '../archive/file-digest.ts';
import type { Layout } from '../archive/layout.ts';
import { makeManifest } from '../archive/make-manifest.ts';
import { manifestText } from '../archive/manifest.ts';
import { type ManifestRules, rulesOfChat, rulesOfKind } from '../archive/manifest-rules.ts';
import { signManifest } from '../archive/manifest-signature.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { findGaps, type Gap, type SectionCount } from '../lifecycle/balance.ts';
import type { DataExport } from '../lifecycle/data-export.ts';
import type { DonePart } from '../lifecycle/export-parts-table.ts';
import type { Signer } from '../vault/signer.ts';
import { contentTypeOf, fileNameOf } from './download-export.ts';
import { findKind, type Parts, requireChat } from './parts.ts';

/** What the config says of an export, as a manifest will say it. Throws `kind_unknown`, `chat_unset`. */
export function rulesOf(
  config: ResolvedConfig,
  { kind, request }: Pick<DataExport, 'kind' | 'request'>,
): ManifestRules {
  return request
    ? rulesOfChat(config, requireChat(config), request)
    : rulesOfKind(config, findKind(config, kind));
}

/** Where what was counted is not what stands in the file. */
export function gapsOf(counts: SectionCount[], layout: Layout, done: DonePart[]): Gap[] {
  return findGaps(counts, rowsInFile(layout, done));
}

/** The signed manifest of a completed export, as it is handed out. */
export async function writeManifest(
  { config, signer }: Pick<Parts, 'config'> & { signer: Signer },
  data: DataExport & { completedAt: Date },
  known: {
    layout: Layout;
    done: DonePart[];
    counts: SectionCount[];
    gaps: Gap[];
    rules: ManifestRules;
    file: FileDigest;
  },
): Promise<string> {
  const { layout, done, ...facts } = known;
  const unsigned = makeManifest({
    ...facts,
    export: {
      id: data.id,
      kind: data.kind,
      door: data.door,
      subject: data.subjectId,
      requestedAt: data.requestedAt.toISOString(),
      completedAt: data.completedAt.toISOString(),
    },
    snapshotAt: data.snapshotAt ?? '',
    fileName: fileNameOf(config.product.name, data),
    contentType: contentTypeOf(data),
    rows: rowsInFile(layout, done),
    cuts: data.cuts,
  });
  return manifestText(await signManifest(signer, unsigned));
}

/**
 * Rows by section, in the order of the file. A channel that was gone when it was read has sections in its part and none
 * in the file.
 */
function rowsInFile(layout: Layout, done: DonePart[]): Map<string, number> {
  const inFile = new Set(
    layout.segments.flatMap((segment) => (segment.kind === 'slice' ? segment.section : [])),
  );
  const rows = new Map<string, number>();
  for (const { category, rows: found } of done.flatMap(({ sections }) => sections)) {
    rows.set(category, (rows.get(category) ?? 0) + (inFile.has(category) ? found : 0));
  }
  return rows;
}
