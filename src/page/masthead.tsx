import { useState } from 'react';
import { Icon } from './icons.tsx';
import type { Told } from './status-sentence.ts';

/** Wider than this, a logo is taken for a word mark, which says the name itself. */
const wordMarkRatio = 2.2;

/** Whose page it is, and the way back. */
export function Masthead({ told: { words, portal } }: { told: Told }) {
  const { product } = portal;
  const [isWordMark, setWordMark] = useState(false);
  const back = safeUrl(portal.returnUrl);
  return (
    <header className="masthead">
      <p className="product">
        {product.logo && (
          <img
            src="v1/logo"
            alt=""
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setWordMark(naturalWidth > naturalHeight * wordMarkRatio)
            }
          />
        )}
        <span className={isWordMark ? 'visually-hidden' : undefined}>{product.name}</span>
      </p>
      {back && (
        <a className="back" href={back}>
          <Icon name="back" />
          {words.backTo(product.name)}
        </a>
      )}
    </header>
  );
}

/** Only addresses that lead to a page; anything else (`javascript:`) is no address for a link. */
export function safeUrl(url: string | null): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null;
}
