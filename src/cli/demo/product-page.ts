import { once } from 'node:events';
import { createServer } from 'node:http';
import { localAddress } from '../../env.ts';
import { html } from '../../http/html.ts';
import { formatNumber } from '../../language/language.ts';
import { openPortalSession } from './client.ts';
import type { Account, ApiSecret, Product } from './product.ts';

/** The product's own server: two pages, to show how little it takes to link to Handover. */
export interface ProductServer {
  url: string;
  /** A one-time address of the Data Export page, for the owner of the largest account. */
  signIn(): Promise<string>;
}

/** Listens one port after Handover, or on any free one. */
export async function serveProduct(parts: {
  product: Product;
  key: ApiSecret;
  handoverUrl: string;
  host: string;
}): Promise<ProductServer> {
  let url = '';
  const signIn = (account: Account) => openPortalSession(parts.handoverUrl, parts.key, account, url);
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const account = parts.product.accounts.find(
      (candidate) => path === `/settings/${candidate.id}/data-export`,
    );
    try {
      if (account) {
        response.writeHead(303, { location: await signIn(account), 'cache-control': 'no-store' }).end();
      } else {
        response.writeHead(path === '/' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
        response.end(page(parts.product));
      }
    } catch (error) {
      response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end(String(error));
    }
  });
  const wanted = Number(new URL(parts.handoverUrl).port) + 1;
  const port = await listen(server, parts.host, wanted).catch(() => listen(server, parts.host, 0));
  url = `${localAddress(parts.host, port)}/`;
  // Handover keeps the process alive; this page goes when it goes.
  server.unref();
  return { url, signIn: () => signIn(parts.product.largest) };
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return address && typeof address === 'object' ? address.port : port;
}

function page({ name, accounts }: Product): string {
  const rows = accounts.map(
    (account) => html`
    <tr>
      <td>${account.name}</td><td>${account.owner.name}</td><td>${formatNumber(account.calls, 'en')}</td>
      <td><a href="/settings/${account.id}/data-export">Settings → Data Export</a></td>
    </tr>`,
  );
  return html`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${name}, the demo's product</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 48rem; margin: 3rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  td, th { text-align: left; padding: .4rem .8rem .4rem 0 }
</style>
<h1>${name}</h1>
<p>This page plays the product. Each link asks Handover for a portal session of that account
and redirects there, as a product's own settings would.</p>
<table><tr><th>Account<th>Signed in as<th>Calls<th></tr>${rows}</table>
</html>`.html;
}
