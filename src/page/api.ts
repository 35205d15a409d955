import type { ExportList, ExportView, Portal } from './wire.ts';

/** Addresses are relative to the page, so that it works below a path. */
const root = 'v1/';

/** Longest wait for an answer before the service counts as unreachable. */
const timeoutMs = 20_000;

/** Everything that is not an export. `language` null leaves the choice to the service. */
export function readPortal(language: string | null): Promise<Portal> {
  return call('GET', language ? `portal?language=${encodeURIComponent(language)}` : 'portal');
}

/**
 * Whose exports a page is about, as every further call says it. A browser has one session: when another tab signs it
 * in for another account, the calls of this page are refused (`forbidden`), and never mean that one.
 */
export function subjectOf({ account, kind }: Portal): string {
  return `?accountId=${encodeURIComponent(account.id)}&kind=${encodeURIComponent(kind)}`;
}

export function listExports(subject: string): Promise<ExportList> {
  return call('GET', `exports${subject}`);
}

export function requestExport(subject: string): Promise<ExportView> {
  return call('POST', `exports${subject}`);
}

export function resendConfirmation(subject: string, id: string): Promise<ExportView> {
  return call('POST', `exports/${encodeURIComponent(id)}/resend${subject}`);
}

export function cancelExport(subject: string, id: string): Promise<ExportView> {
  return call('POST', `exports/${encodeURIComponent(id)}/cancel${subject}`);
}

/** The address of the file, good without the session of the page. */
export function createDownloadLink(subject: string, id: string): Promise<{ url: string; expiresAt: string }> {
  return call('POST', `exports/${encodeURIComponent(id)}/download-link${subject}`);
}

export function deleteArchive(subject: string, id: string): Promise<ExportView> {
  return call('DELETE', `exports/${encodeURIComponent(id)}/archive${subject}`);
}

export function signOut(subject: string): Promise<null> {
  return call('POST', `sign-out${subject}`);
}

/** Server-sent events named `export`, each an ExportView. */
export function eventsUrl(subject: string, id: string): string {
  return `${root}exports/${encodeURIComponent(id)}/events${subject}`;
}

/** What the file is, byte for byte, signed. */
export function manifestUrl(id: string): string {
  return `${root}exports/${encodeURIComponent(id)}/manifest`;
}

/** What went wrong with a call. `code` is the service's own, or `unreachable` when no answer came. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<T> {
  const response = await send(method, path);
  if (response.status === 204) return null as T;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  throw problemOf(response, body);
}

/** A POST carries JSON, empty as it is: the service takes nothing else, which keeps forms of other sites out. */
async function send(method: string, path: string): Promise<Response> {
  try {
    return await fetch(root + path, {
      method,
      headers: method === 'POST' ? { 'content-type': 'application/json' } : {},
      body: method === 'POST' ? '{}' : null,
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new ApiProblem('unreachable', 0, 'no answer', { cause });
  }
}

/** An answer that is no problem+json (a proxy's own page, say) counts as no answer of the service. */
function problemOf(response: Response, body: unknown): ApiProblem {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  if (response.status === 401) return new ApiProblem('unauthenticated', 401, String(detail ?? ''));
  if (typeof code === 'string') return new ApiProblem(code, response.status, String(detail ?? code));
  return new ApiProblem('unreachable', response.status, `status ${response.status}`);
}
