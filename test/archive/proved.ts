import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { layOutChatDocument } from '../../src/archive/chat-document.ts';
import { digestArchive } from '../../src/archive/digest-archive.ts';
import { layOutJsonDocument } from '../../src/archive/json-document.ts';
import type { JsonDocument } from '../../src/archive/json-frame.ts';
import type { Layout } from '../../src/archive/layout.ts';
import { makeManifest } from '../../src/archive/make-manifest.ts';
import { type Manifest, manifestText, type UnsignedManifest } from '../../src/archive/manifest.ts';
import { signManifest } from '../../src/archive/manifest-signature.ts';
import { openArchive } from '../../src/archive/open-archive.ts';
import type { StoredPart } from '../../src/archive/stored-part.ts';
import { type Verification, verifyArchive } from '../../src/archive/verify-archive.ts';
import type { ChatRequest } from '../../src/chat/request.ts';
import { createSigner, type PublicKey, type Signer } from '../../src/vault/signer.ts';
import type { ExportKey, Vault } from '../../src/vault/vault.ts';
import { collect } from '../vault/bytes.ts';
import { anExport, type Rows, writeParts } from './archive-folder.ts';

/** A file as it is handed out, and its manifest. */
export interface Proved {
  file: Buffer;
  manifest: Manifest;
  signer: Signer;
}

const document: JsonDocument = {
  accountId: 'a_42',
  snapshotAt: '2026-02-28T12:00:00.987654Z',
  categories: ['account', 'users', 'calls', 'notes'],
};

const rows: Rows[][] = [
  [
    { category: 'account', rows: [{ id: 'a_42', name: 'Zoë "}]" \\' }] },
    { category: 'users', rows: [] },
  ],
  [
    {
      category: 'calls',
      rows: Array.from({ length: 7 }, (_, id) => ({ id, tags: [{ of: 'call' }], to: `+49 ${id}` })),
    },
  ],
  [
    { category: 'calls', rows: [{ id: 7 }] },
    {
      category: 'notes',
      rows: [
        { id: 1, body: 'one' },
        { id: 2, body: 'two' },
      ],
    },
  ],
];

/** A document of the account door, in three parts, read back from its store. */
export async function provedDocument(t: TestContext): Promise<Proved> {
  const made = await anExport(t);
  const parts = await writeParts(made, rows);
  return prove(made, layOutJsonDocument(document, parts), {
    export: { ...asked, kind: 'account', door: 'account', subject: document.accountId },
    snapshotAt: document.snapshotAt,
    contentType: 'application/json; charset=utf-8',
    rows: rowsOf(document.categories, parts),
    rules: { ...rules, categories: document.categories.map((name) => ({ ...ofCategory, name })) },
  });
}

/** A file of the server door. */
export async function provedChatFile(t: TestContext, request: ChatRequest, parts: Rows[][]): Promise<Proved> {
  const made = await anExport(t);
  const stored = await writeParts(made, parts);
  const { contentType, ...layout } = layOutChatDocument(request, [], stored);
  return prove(made, layout, {
    export: { ...asked, kind: request.about, door: 'server', subject: 'messaging:a' },
    snapshotAt: document.snapshotAt,
    contentType,
    rows: rowsOf([...new Set(parts.flat().map(({ category }) => category))], stored),
    rules: { ...rules, entities: [{ name: 'messages', fields: [], excluded: [] }] },
  });
}

/** Checks it, a few bytes at a time unless they come in one piece. */
export function verify(
  { file, manifest }: Pick<Proved, 'file' | 'manifest'>,
  trusted: PublicKey[] | null = null,
  chunk = 5,
): Promise<Verification> {
  return verifyArchive(manifestText(manifest), inPieces(file, chunk), trusted);
}

/** With other words in it, and signed again by the same key. */
export function signedAgain(
  { manifest, signer }: Proved,
  changes: Partial<UnsignedManifest>,
): Promise<Manifest> {
  const { signature: _, ...unsigned } = manifest;
  return signManifest(signer, { ...unsigned, ...changes });
}

async function* inPieces(file: Buffer, chunk: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < file.length; from += chunk) yield file.subarray(from, from + chunk);
}

async function prove(
  { vault, key }: { vault: Vault; key: ExportKey },
  layout: Layout,
  facts: Pick<Parameters<typeof makeManifest>[0], 'export' | 'snapshotAt' | 'contentType' | 'rows' | 'rules'>,
): Promise<Proved> {
  const archive = openArchive({ store: vault.store, identity: key.identity }, layout);
  const file = await digestArchive(archive, layout);
  const counts = [...facts.rows].map(([category, rowsInScope]) => ({
    category,
    rowsInScope,
    rowsLeftOut: 0,
  }));
  const unsigned = makeManifest({ ...facts, fileName: 'file', counts, gaps: [], cuts: [], file });
  const signer = createSigner(randomBytes(32));
  return { file: await collect(archive.read()), manifest: await signManifest(signer, unsigned), signer };
}

function rowsOf(names: string[], parts: StoredPart[]): Map<string, number> {
  const found = new Map(names.map((name) => [name, 0]));
  for (const { category, rows } of parts.flatMap((part) => part.sections)) {
    found.set(category, (found.get(category) ?? 0) + rows);
  }
  return found;
}

const asked = {
  id: '4f0c3a0e-7a43-4b46-9d6c-0d3f6f1a2b3c',
  requestedAt: '2026-02-28T11:55:10.000Z',
  completedAt: '2026-02-28T12:00:09.000Z',
};
const ofCategory = { rule: null, fields: [], excluded: [] };
const rules = { config: { version: null, hash: '0'.repeat(64) }, categories: [], entities: [], leftOut: [] };
