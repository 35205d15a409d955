import type { PageWords } from '../language/en/page.ts';
import type { Situation } from './situation.ts';
import type { ExportView } from './wire.ts';

/** One step in the life of an export, as it went or will go. */
export interface Step {
  name: StepName;
  label: string;
  is: 'done' | 'now' | 'later' | 'stopped' | 'skipped';
  /** When it happened or will happen; null when nobody knows. */
  at: string | null;
}

export type StepName = 'requested' | 'confirmed' | 'collected' | 'ready' | 'downloaded' | 'deleted';

type Words = PageWords['timeline'];

/** The six steps, or five where no e-mail has to be confirmed. */
export function timelineSteps(
  words: Words,
  situation: Situation,
  view: ExportView | null,
  confirmByEmail: boolean,
): Step[] {
  const reached = reachedStep(situation, view);
  const steps: Step[] = [
    step('requested', words.requested[view ? 'after' : 'before'], view?.requestedAt),
    step('confirmed', words.confirmed[reached > 1 ? 'after' : 'before'], view?.confirmedAt ?? null),
    step('collected', collectedLabel(words, situation, reached), null),
    step('ready', words.ready, view?.completedAt),
    step('downloaded', words.downloaded[view?.downloads ? 'after' : 'before'], null),
    step('deleted', words.deleted[reached > 5 ? 'after' : 'before'], null),
  ];
  steps.forEach((each, index) => {
    each.is = index < reached ? 'done' : index === reached && view ? 'now' : 'later';
  });
  if (view) tellHowItWent(words, situation, view, steps);
  return confirmByEmail || view?.status === 'pending'
    ? steps
    : steps.filter(({ name }) => name !== 'confirmed');
}

/** Index of the step that is under way; all before it are done. */
function reachedStep(situation: Situation, view: ExportView | null): number {
  if (situation === 'idle') return 0;
  if (situation === 'pending' || situation === 'lapsed') return 1;
  if (situation === 'completed') return view?.downloads ? 5 : 4;
  if (situation === 'expired' || situation === 'deleted') return 6;
  return view?.confirmedAt ? 2 : 1;
}

function collectedLabel({ collected }: Words, situation: Situation, reached: number): string {
  if (situation === 'confirmed') return collected.waiting;
  if (situation === 'processing') return collected.now;
  return reached > 2 ? collected.after : collected.before;
}

/** What only this situation knows, and ends other than the planned one. */
function tellHowItWent(words: Words, situation: Situation, view: ExportView, steps: Step[]): void {
  const change = (name: StepName, to: Partial<Step>) => {
    const found = steps.find((each) => each.name === name);
    if (found) Object.assign(found, to);
  };
  const stopped = (label: string) =>
    change(view.confirmedAt ? 'collected' : 'confirmed', { is: 'stopped', label, at: view.endedAt });
  if (situation === 'processing') change('collected', { at: view.startedAt });
  if (situation === 'completed') change('deleted', { at: view.expiresAt });
  if (situation === 'expired' || situation === 'deleted') {
    change('deleted', { at: view.endedAt ?? view.expiresAt });
    if (!view.downloads) change('downloaded', { is: 'skipped', label: words.downloaded.never });
  }
  if (situation === 'lapsed') stopped(words.notConfirmed);
  if (situation === 'failed') stopped(words.failed);
  if (situation === 'cancelled') stopped(words.cancelled);
}

function step(name: StepName, label: string, at: string | null | undefined): Step {
  return { name, label, is: 'later', at: at ?? null };
}
