import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Chromium, and the environment that it needs beyond ours. */
export interface Chromium {
  executablePath: string;
  env: Record<string, string>;
}

/**
 * The system's Chromium if there is one (`CHROMIUM_PATH` names another), else the one inside the npm package
 * `@sparticuz/chromium`, which brings its own font and the few libraries that a bare Linux lacks.
 */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named && !existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist.`);
  const installed = named ?? usualPlaces.find((path) => existsSync(path));
  return installed ? { executablePath: installed, env: {} } : unpackedOnce();
}

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Unpacked under another name and then renamed: test files start side by side. */
async function unpackedOnce(): Promise<Chromium> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('npm has no Chromium for this machine. Install one, or name it in CHROMIUM_PATH.');
  }
  const packed = import.meta.resolve('@sparticuz/chromium');
  const { version } = JSON.parse(await readFile(join(packageFolder(packed), 'package.json'), 'utf8'));
  const folder = join(tmpdir(), `handover-test-chromium-${version}-${process.getuid?.()}`);
  if (await isOurs(folder)) return chromiumIn(folder);

  const making = await mkdtemp(`${folder}-`);
  try {
    unpack(packed, making);
    await writeFile(join(making, 'fonts.conf'), fontConfig(folder));
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!(await isOurs(folder))) throw error;
  }
  return chromiumIn(folder);
}

/** Two of its libraries are taken from the package only where the system has none. */
function chromiumIn(folder: string): Chromium {
  const executablePath = join(folder, 'chromium');
  const fonts = { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  const libraries = { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') };
  try {
    execFileSync(executablePath, ['--version'], { stdio: 'ignore' });
    return { executablePath, env: fonts };
  } catch {
    return { executablePath, env: { ...fonts, ...libraries } };
  }
}

/**
 * The package unpacks into the folder for temporary files, and its libraries only where it finds itself on Lambda.
 * Both are told by the environment, so it runs in a process of its own.
 */
function unpack(packed: string, folder: string): void {
  const script = `const chromium = await import(${JSON.stringify(packed)}); await chromium.default.executablePath();`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function fontConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts', 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
}

function packageFolder(entry: string): string {
  let folder = dirname(fileURLToPath(entry));
  while (!existsSync(join(folder, 'bin'))) folder = dirname(folder);
  return folder;
}

/** What somebody else put there is never run. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  if (found && found.uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user.`);
  return found !== null;
}
