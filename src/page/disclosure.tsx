import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

/** A row that opens: what it is, a line about it, a number at its end; more below when it is opened. */
export function Disclosure(props: { title: string; text?: string; number?: ReactNode; children: ReactNode }) {
  return (
    <details className="disclosure">
      <summary>
        <Icon name="chevron" />
        <span className="row-words">
          <span className="row-title">{props.title}</span>
          {props.text && <span className="row-text">{props.text}</span>}
        </span>
        {props.number && <span className="row-number">{props.number}</span>}
      </summary>
      <div className="disclosed">{props.children}</div>
    </details>
  );
}

/** Keys as they stand in the file, or columns as the product names them. */
export function Names({ names }: { names: string[] }) {
  return (
    <ul className="names">
      {names.map((name) => (
        <li key={name}>
          <code>{name}</code>
        </li>
      ))}
    </ul>
  );
}
