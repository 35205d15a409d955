import { Icon } from './icons.tsx';
import type { Told } from './status-sentence.ts';
import type { Connection } from './use-exports.ts';
import { Moment } from './when.tsx';

/** At the lower edge, above the page and not in it, so that nothing moves: that what is seen may be old. */
export function ConnectionNote({ told, connection }: { told: Told; connection: Connection }) {
  if (connection === 'ok') return null;
  const { notices } = told.words;
  return (
    <aside className="connection">
      <Icon name="alert" />
      <p>
        {notices[connection]} {notices.asOf} <Moment at={told.list.now} />.
      </p>
    </aside>
  );
}
