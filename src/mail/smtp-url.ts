import { isLoopback } from '../env.ts';
import { HandoverError } from '../errors.ts';

/** A mail server, in the words of nodemailer. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps`); otherwise by STARTTLS, if the server offers it. */
  secure: boolean;
  /** No mail goes out unless STARTTLS worked. */
  requireTLS: boolean;
  auth?: { user: string; pass: string };
  tls: { rejectUnauthorized: boolean };
}

/**
 * Reads `SMTP_URL`: `smtp://user:password@mail.example.com:587` or `smtps://…:465`. A login over the network needs
 * TLS; `?requireTLS=true|false` decides otherwise. `?tls.rejectUnauthorized=false` takes any certificate.
 * Throws `environment_invalid`; the message never repeats the value, since it may hold a password.
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : invalid('is not an address');
  const secure = url.protocol === 'smtps:';
  if (!secure && url.protocol !== 'smtp:') invalid('must begin with smtp:// or smtps://');
  // URL keeps IPv6 in brackets, which a socket does not take.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') invalid('names no mail server');
  if (url.pathname !== '' && url.pathname !== '/') {
    invalid('has something after the host; write special characters of a password as %23, %2F, %3F, %40');
  }
  const auth = url.username || url.password ? readLogin(url) : undefined;
  const switches = readSwitches(url.searchParams);
  return {
    host,
    port: url.port ? Number(url.port) : secure ? 465 : 587, // RFC 8314, section 3.3; RFC 6409, section 3.1
    secure,
    requireTLS: switches.get('requireTLS') ?? (auth !== undefined && !secure && !isLoopback(host)),
    auth,
    tls: { rejectUnauthorized: switches.get('tls.rejectUnauthorized') ?? true },
  };
}

const switchNames = ['requireTLS', 'tls.rejectUnauthorized'];

function readSwitches(parameters: URLSearchParams): Map<string, boolean> {
  const switches = new Map<string, boolean>();
  for (const [name, value] of parameters) {
    if (!switchNames.includes(name)) {
      invalid(`has an unknown setting after the "?" (known: ${switchNames.join(', ')})`);
    }
    if (value !== 'true' && value !== 'false') invalid(`needs true or false for ${name}`);
    switches.set(name, value === 'true');
  }
  return switches;
}

function readLogin(url: URL): { user: string; pass: string } {
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    return invalid('has a % in user or password that is not written as %25');
  }
}

function invalid(problem: string): never {
  throw new HandoverError(
    'environment_invalid',
    `SMTP_URL ${problem}. Expected e.g. SMTP_URL=smtp://user:password@mail.example.com:587`,
  );
}
