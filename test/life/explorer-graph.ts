import { HandoverError } from '../../src/errors.ts';
import { type Action, actions, isWorthTrying, start, type World } from './explorer-actors.ts';
import type { LifeParts, Sandbox } from './explorer-world.ts';

/** An export as a rule about its life sees it. */
export interface SeenExport {
  status: string;
  attempt: number;
  hasKey: boolean;
  /** Whether the deadline of its status has passed. */
  isDue: boolean;
  /** Of the current attempt: open, done or failed, by number. */
  parts: string[];
  /** Parts of earlier attempts that are still in the table. */
  olderParts: number;
  readyMails: number;
  /** Whether any link of it is kept. */
  hasLinks: boolean;
  hasJob: boolean;
  canResend: boolean;
}

export interface Seen {
  exports: SeenExport[];
  /** What each worker believes of its attempt. */
  workers: ('idle' | 'current' | 'stale')[];
  isCooling: boolean;
}

export interface Step {
  from: string;
  action: Action;
  to: string;
  before: Seen;
  after: Seen;
  /** How the first state was reached. */
  path: string[];
}

export interface Graph {
  states: Map<string, Seen>;
  steps: Step[];
}

/** Tries every action in every state, until there is no new one. Two states are one when nothing tells them apart. */
export async function explore(sandbox: Sandbox, check: (step: Step) => void): Promise<Graph> {
  const graph: Graph = { states: new Map(), steps: [] };
  const visit = async (world: World, before: Seen, path: string[]): Promise<void> => {
    const from = keyOf(before);
    graph.states.set(from, before);
    for (const action of actions.filter((candidate) => isWorthTrying(candidate, world))) {
      await sandbox.undone(async () => {
        const next = await perform(sandbox, action, world);
        if (!next) return;
        const after = await look(partsAt(sandbox, next), next);
        const to = keyOf(after);
        const step = { from, action, to, before, after, path };
        check(step);
        if (to === from) return;
        graph.steps.push(step);
        if (!graph.states.has(to)) await visit(next, after, [...path, action.name]);
      });
    }
  };
  await visit(start, await look(partsAt(sandbox, start), start), []);
  return graph;
}

/** States from which one of the wanted is reached by steps that `may` be taken. */
export function canReach(
  graph: Graph,
  isWanted: (seen: Seen) => boolean,
  may: (step: Step) => boolean,
): Set<string> {
  const reaching = new Set([...graph.states].filter(([, seen]) => isWanted(seen)).map(([key]) => key));
  for (let grown = true; grown; ) {
    grown = false;
    for (const step of graph.steps) {
      if (reaching.has(step.from) || !reaching.has(step.to) || !may(step)) continue;
      reaching.add(step.from);
      grown = true;
    }
  }
  return reaching;
}

/** Null when the rules refused. Anything that is thrown and is no refusal is a fault of ours. */
async function perform(sandbox: Sandbox, action: Action, world: World): Promise<World | null> {
  try {
    return await action.run(partsAt(sandbox, world), world);
  } catch (error) {
    if (error instanceof HandoverError) return null;
    throw new Error(`A fault at "${action.name}"`, { cause: error });
  }
}

/** What tells two states apart. How many attempts there were does not, nor which worker is which. */
function keyOf(seen: Seen): string {
  const [first, second] = seen.exports;
  return JSON.stringify([
    first && { ...first, attempt: Math.min(first.attempt, 1) },
    second && [second.status, second.isDue],
    [...seen.workers].sort(),
    seen.isCooling,
  ]);
}

function partsAt(sandbox: Sandbox, world: World): LifeParts {
  return { ...sandbox.parts, now: () => world.now };
}

async function look({ db, now }: LifeParts, world: World): Promise<Seen> {
  const rows = await db.query<SeenExport & { id: string; isCooling: boolean }>(
    `select e.id, e.status, e.attempt, e.sealed_key is not null as "hasKey",
       coalesce(case e.status when 'pending' then e.confirm_by when 'completed' then e.expires_at end <= $2, false)
         as "isDue",
       array(select case when p.done_at is not null then 'done' when p.failed_code is not null then 'failed'
               else 'open' end
             from handover.export_parts p where p.export_id = e.id and p.attempt = e.attempt
             order by p.number) as parts,
       (select count(*) from handover.export_parts p where p.export_id = e.id and p.attempt <> e.attempt)
         as "olderParts",
       (select count(*) from handover.mails m where m.export_id = e.id and m.letter = 'ready') as "readyMails",
       exists (select 1 from handover.tokens k where k.export_id = e.id) as "hasLinks",
       exists (select 1 from handover_queue.job j
               where j.name = 'process-export' and j.singleton_key = e.id::text) as "hasJob",
       e.status = 'pending' and not exists (select 1 from handover.mails m
         where m.export_id = e.id and m.queued_at > $2 - interval '60 seconds') as "canResend",
       coalesce(e.completed_at > $2 - interval '24 hours', false) as "isCooling"
     from handover.data_exports e where e.id = any($1::uuid[]) order by array_position($1::uuid[], e.id)`,
    [world.ids, now()],
  );
  const current = rows[0]?.attempt ?? 0;
  return {
    exports: rows.map(({ id: _, isCooling: __, ...seen }) => seen),
    workers: world.attempts.map((attempt) =>
      attempt === null ? 'idle' : attempt === current ? 'current' : 'stale',
    ),
    isCooling: rows.some((row) => row.isCooling),
  };
}
