import type { Account, ApiSecret } from './product.ts';

/** What the product's server does with Handover: one call, then a redirect. */
export async function openPortalSession(
  handoverUrl: string,
  key: ApiSecret,
  account: Account,
  returnUrl: string | null,
): Promise<string> {
  const answer = await fetch(`${handoverUrl}/v1/portal-sessions`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${key.key}:${key.secret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      accountId: account.id,
      user: account.owner,
      ...(returnUrl && { returnUrl }),
    }),
  });
  const body = (await answer.json()) as { url?: string; detail?: string };
  if (answer.status !== 201 || !body.url)
    throw new Error(`No portal session: ${body.detail ?? answer.status}`);
  return body.url;
}
