import { styleText } from 'node:util';
import { HandoverError } from '../errors.ts';

// How the command line speaks: answers on standard output, everything else on standard error; colour on terminals only.

type Style = Parameters<typeof styleText>[0];

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function tell(text = ''): void {
  process.stderr.write(`${text}\n`);
}

/** Styled where the stream is a terminal that wants it (NO_COLOR and FORCE_COLOR are honoured). */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** Columns as wide as their widest cell; those named in `right` are aligned right. */
export function table(rows: string[][], right: number[] = []): string {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((cell, column) => {
      widest[column] = Math.max(widest[column] ?? 0, cell.length);
    });
    return widest;
  }, []);
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Ends a command that failed: a refusal in its own words, a bug with its stack. */
export function fail(error: unknown): void {
  const isExpected = error instanceof HandoverError || isOfTheSystem(error);
  const text = isExpected
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  tell(`${styled('red', 'error', process.stderr)}  ${text}`);
  process.exitCode = 1;
}

/** A port in use, a database that is away: the message says it, a stack adds nothing. */
function isOfTheSystem(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(E[A-Z]+|[0-9A-Z]{5})$/.test(error.code)
  );
}

/** A bar with its numbers, rewritten in place on a terminal; elsewhere a line at each tenth. */
export function progressBar(label: string): {
  update(done: number, total: number, note: string): void;
  end(): void;
} {
  const out = process.stderr;
  const width = 28;
  let tenth = -1;
  return {
    update(done, total, note) {
      const share = total > 0 ? Math.min(done / total, 1) : 0;
      if (out.isTTY) {
        const full = Math.round(share * width);
        const bar = `${'━'.repeat(full)}${styled('dim', '─'.repeat(width - full), out)}`;
        out.write(`\r\u001b[2K${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${note}`);
      } else if (Math.floor(share * 10) > tenth) {
        tenth = Math.floor(share * 10);
        out.write(`${label} ${String(Math.floor(share * 100)).padStart(3)} %  ${note}\n`);
      }
    },
    end() {
      if (out.isTTY) out.write('\r\u001b[2K');
    },
  };
}
