import { type ReactNode, useId } from 'react';
import { Button } from './button.tsx';

interface Question {
  question: string;
  text: string;
  yes: string;
  busy: string;
  no: string;
}

/**
 * Asks in place, where the button was. The focus moves to the answer that changes nothing; Escape gives it too.
 */
export function InlineConfirm(props: {
  words: Question;
  /** More that the person should know before. */
  children?: ReactNode;
  isBusy: boolean;
  onYes: () => void;
  onNo: () => void;
}) {
  const { words, isBusy, onYes, onNo } = props;
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div
      className="confirm"
      role="group"
      aria-labelledby={`${id}question`}
      aria-describedby={`${id}text`}
      onKeyDown={({ key }) => key === 'Escape' && !isBusy && onNo()}
    >
      <div className="confirm-text">
        <p id={`${id}question`}>
          <strong>{words.question}</strong>
        </p>
        <p id={`${id}text`}>
          {words.text} {props.children}
        </p>
      </div>
      <div className="actions">
        <Button look="danger" isBusy={isBusy} onPress={onYes}>
          {isBusy ? words.busy : words.yes}
        </Button>
        <Button look="plain" takesFocus onPress={onNo}>
          {words.no}
        </Button>
      </div>
    </div>
  );
}
