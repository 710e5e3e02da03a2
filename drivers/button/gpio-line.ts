/** One input line of the kernel, with both edges watched. */
export interface GpioLine {
  /** 0 or 1, as the pin was when it was opened. */
  level: 0 | 1;
  close(): void;
}

export interface LineEvents {
  edge(level: 0 | 1): void;
  /** The line can be read no more. It is to be closed. */
  failed(error: unknown): void;
}

/** Opens a line by the kernel's number. Throws with a `code` where the kernel turns it down. */
export type OpenLine = (number: number, events: LineEvents) => GpioLine;

/**
 * Opens lines through the npm package onoff, which is an optional dependency; rejects with a line that says so where it
 * is missing. A line that a crashed program left exported is taken over.
 */
export async function onoffLines(): Promise<OpenLine> {
  const { Gpio } = await import('onoff').catch(() => {
    throw new Error('the package onoff is not installed or was not built (npm rebuild epoll)');
  });
  return (number, { edge, failed }) => {
    // No debouncing of onoff's own: it is a trailing one and loses what is shorter than its time.
    const line = new Gpio(number, 'in', 'both');
    const close = () => line.unexport();
    const read = line.readSync.bind(line);
    try {
      const level = read();
      // onoff reads the pin on each event without a net. Once another program has unexported it, that throws into the
      // event loop, again and again, because the kernel goes on reporting an event on the dead file.
      line.readSync = () => {
        try {
          return read();
        } catch (error) {
          failed(error);
          return level;
        }
      };
      line.watch((error, now) => {
        if (error) failed(error);
        else edge(now);
      });
      return { level, close };
    } catch (error) {
      close();
      throw error;
    }
  };
}
