import { shareDone } from './situation.ts';
import type { Told } from './status-sentence.ts';
import type { ExportView } from './wire.ts';

/** How far it is, in numbers and as a bar. While nobody knows how much there is, the count still grows. */
export function Progress({ told: { words, formats }, view }: { told: Told; view: ExportView }) {
  const share = shareDone(view);
  const id = 'progress-count';
  return (
    <div className="progress">
      <div className="progress-numbers">
        {share !== null && <strong>{formats.percent(share)}</strong>}
        <span id={id}>{countWords({ words, formats }, view)}</span>
      </div>
      <progress
        aria-label={words.progress.label}
        aria-describedby={id}
        max={100}
        value={share === null ? undefined : Math.floor(share * 100)}
      />
    </div>
  );
}

function countWords({ words, formats }: Pick<Told, 'words' | 'formats'>, { progress }: ExportView): string {
  const done = formats.number(progress.rowsDone);
  if (progress.rowsEstimated === null && progress.rowsDone === 0) return words.progress.counting;
  if (progress.rowsEstimated === null) return words.progress.soFar(done);
  if (progress.rowsDone > progress.rowsEstimated) return words.progress.moreThanExpected(done);
  return words.progress.ofAbout(done, formats.number(progress.rowsEstimated));
}
