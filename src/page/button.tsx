import { type ReactNode, useEffect, useRef } from 'react';

/**
 * A button that cannot be pressed now stays in the tab order and says why (`whyNot`), instead of vanishing from it.
 */
export function Button(props: {
  look: 'primary' | 'plain' | 'quiet' | 'danger';
  onPress: () => void;
  children: ReactNode;
  isBusy?: boolean;
  /** Id of the element that says why it cannot be pressed. */
  whyNot?: string | undefined;
  /** True where the focus has to go on from when the button appears. */
  takesFocus?: boolean;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const { takesFocus = false } = props;
  useEffect(() => {
    if (takesFocus) button.current?.focus();
  }, [takesFocus]);
  const isOff = props.isBusy || props.whyNot !== undefined;
  return (
    <button
      ref={button}
      type="button"
      className={`button ${props.look}`}
      aria-disabled={isOff || undefined}
      aria-describedby={props.whyNot}
      onClick={() => isOff || props.onPress()}
    >
      {props.children}
    </button>
  );
}
