import { Disclosure } from './disclosure.tsx';
import type { Told } from './status-sentence.ts';

/** What people ask before they trust a button. */
export function GoodToKnow({ told: { words, formats, portal } }: { told: Told }) {
  const { title, open, safe, often, law } = words.goodToKnow;
  const { downloadWindowSeconds, cooldownSeconds } = portal.policy;
  const cooldown = cooldownSeconds > 0 ? often.cooldown(formats.duration(cooldownSeconds)) : '';
  return (
    <section className="section" aria-labelledby="good-to-know">
      <h2 id="good-to-know">{title}</h2>
      <div className="rows">
        <Disclosure title={open.title}>
          <p>{open.text}</p>
        </Disclosure>
        <Disclosure title={safe.title}>
          <p>{safe.text(formats.duration(downloadWindowSeconds))}</p>
        </Disclosure>
        <Disclosure title={often.title}>
          <p>{`${often.text} ${cooldown}`}</p>
        </Disclosure>
        <Disclosure title={law.title}>
          <p>{law.text}</p>
        </Disclosure>
      </div>
    </section>
  );
}
