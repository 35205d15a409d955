/** Does not wait for an answer that is no longer wanted; one that comes too late is given to `closeLate`. */
export async function unlessAborted<T>(
  answer: Promise<T>,
  signal: AbortSignal,
  closeLate: (late: T) => Promise<void> = async () => {},
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    return await Promise.race([answer, aborted.promise]);
  } catch (error) {
    if (signal.aborted) answer.then(closeLate).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
