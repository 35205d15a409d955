import { Icon, type IconName } from './icons.tsx';
import { type Situation, shareDone } from './situation.ts';
import type { Told } from './status-sentence.ts';
import { type Step, timelineSteps } from './timeline-steps.ts';
import { Moment } from './when.tsx';
import type { ExportView } from './wire.ts';

interface TimelineProps {
  told: Told;
  situation: Situation;
  view: ExportView | null;
}

/** The life of an export: what has been, where it is, what is to come. */
export function Timeline({ told, situation, view }: TimelineProps) {
  const { words, portal } = told;
  const steps = timelineSteps(words.timeline, situation, view, portal.policy.confirmByEmail);
  return (
    <ol
      className="timeline"
      aria-label={steps.length === 6 ? words.timeline.label : words.timeline.labelWithoutMail}
    >
      {steps.map((step) => (
        <li
          key={step.name}
          className={`step ${step.is}`}
          aria-current={step.is === 'now' ? 'step' : undefined}
        >
          <span className="marker">{marks[step.is] && <Icon name={marks[step.is] as IconName} />}</span>
          <span className="step-words">
            <span className="step-label">
              <span className="visually-hidden">{words.timeline.is[step.is]}: </span>
              {step.label}
            </span>
            <span className="step-detail">
              <Detail told={told} step={step} view={view} />
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}

const marks: Record<Step['is'], IconName | null> = {
  done: 'check',
  now: null,
  later: null,
  stopped: 'cross',
  skipped: 'dash',
};

function Detail({ told, step, view }: { told: Told; step: Step; view: ExportView | null }) {
  const { words, formats } = told;
  const share = view && step.name === 'collected' && step.is === 'now' ? shareDone(view) : null;
  if (share !== null && view?.status === 'processing') return formats.percent(share);
  if (step.name === 'downloaded' && view?.downloads)
    return formats.count(view.downloads, words.facts.downloads);
  if (!step.at) return null;
  return <Moment at={step.at} />;
}
