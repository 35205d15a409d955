/**
 * Answers many questions at once: while one lot of them is on its way, those that come in are gathered into the next,
 * of `most` at most. A burst of a thousand then costs a few turns, nobody waits for a thousand of them, and a question
 * is never answered by a look that began before it was asked. What a lot throws is thrown to each of its askers.
 */
export function gather<Question, Answer>(
  answerAll: (questions: Question[]) => Promise<Answer[]>,
  most: number,
): (question: Question) => Promise<Answer> {
  const waiting: Waiting<Question, Answer>[] = [];
  let isAsking = false;

  async function askAll(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    while (waiting.length > 0) await settle(waiting.splice(0, most), answerAll);
    isAsking = false;
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      void askAll();
    });
}

interface Waiting<Question, Answer> {
  question: Question;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

async function settle<Question, Answer>(
  lot: Waiting<Question, Answer>[],
  answerAll: (questions: Question[]) => Promise<Answer[]>,
): Promise<void> {
  try {
    const answers = await answerAll(lot.map(({ question }) => question));
    if (answers.length !== lot.length) throw new Error(`${lot.length} questions, ${answers.length} answers.`);
    for (const [index, { resolve }] of lot.entries()) resolve(answers[index] as Answer);
  } catch (error) {
    for (const { reject } of lot) reject(error);
  }
}
