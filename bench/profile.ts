import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What V8 writes with `--cpu-prof`, as much of it as is read here. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Prints, for each thread that did something, in which functions its time went. */
export async function printProfiles(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile')).sort()) {
    const profile: CpuProfile = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const { total, busy, places } = selfTimes(profile);
    if (busy < LEAST_BUSY_MS) continue;
    console.log(`${name}: ${(busy / 1000).toFixed(2)} s busy of ${(total / 1000).toFixed(2)} s`);
    for (const [place, milliseconds] of places.slice(0, PLACES)) {
      console.log(`    ${((100 * milliseconds) / busy).toFixed(1).padStart(5)} %  ${place}`);
    }
  }
}

const LEAST_BUSY_MS = 200;
const PLACES = 25;
const IDLE = new Set(['(idle)', '(root)']);

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile) {
  const placeOf = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const place = placeOf.get(id) ?? '(unknown)';
    const milliseconds = (timeDeltas[index] ?? 0) / 1000;
    total += milliseconds;
    if (!IDLE.has(place)) times.set(place, (times.get(place) ?? 0) + milliseconds);
  }
  const places = [...times].sort(([, a], [, b]) => b - a);
  return { total, busy: places.reduce((sum, [, milliseconds]) => sum + milliseconds, 0), places };
}

function describe({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)';
  return url ? `${name} ${url.replace(/^.*\/(src|bench|node_modules)\//, '$1/')}:${lineNumber + 1}` : name;
}
