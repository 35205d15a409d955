import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { findDoneParts } from '../../src/lifecycle/export-parts-table.ts';
import { archiveLayout } from '../../src/steps/archive-layout.ts';
import type { Parts } from '../../src/steps/parts.ts';

/**
 * Makes the archive of a completed export larger than `bytes`, by copies of its parts that are hard links: as long and as
 * finely cut as a real one, on the disk space of one. `storeFolder` is where its parts lie. Returns its size.
 */
export async function enlargeArchive(
  { db, storeFolder }: Pick<Parts, 'db'> & { storeFolder: string },
  id: string,
  bytes: number,
): Promise<number> {
  const data = await findExport(db, id);
  if (!data) throw new Error(`There is no export ${id}.`);
  const parts = await findDoneParts(db, { exportId: id, attempt: data.attempt });
  const copies = Math.ceil(bytes / archiveLayout(data, parts).sizeBytes);
  for (let copy = 1; copy <= copies; copy++) {
    for (const { objectName } of parts)
      await link(join(storeFolder, objectName), join(storeFolder, `${objectName}.${copy}`));
  }
  // As another attempt: the parts of one never change once it is completed, and a server may know them by heart.
  const [enlarged] = await db.query<{ attempt: number }>(
    `with copied as (
       insert into handover.export_parts
         (export_id, attempt, number, sealed_slices, done_at, object_name, sections, sha256, head_sha256)
       select export_id, attempt + 1, number + copy * $3::int, sealed_slices, done_at,
         case copy when 0 then object_name else object_name || '.' || copy end, sections, sha256, head_sha256
       from handover.export_parts, generate_series(0, $4::int) as copy where export_id = $1 and attempt = $2)
     update handover.data_exports set attempt = attempt + 1 where id = $1 returning attempt`,
    [id, data.attempt, parts.length, copies],
  );
  const attempt = enlarged?.attempt ?? data.attempt;
  return archiveLayout(data, await findDoneParts(db, { exportId: id, attempt })).sizeBytes;
}
