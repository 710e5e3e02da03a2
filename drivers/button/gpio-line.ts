/** One input line of the kernel, with both edges watched. */
export interface GpioLine {
  /** 0 or 1, as the pin is. */
  read(): 0 | 1;
  watch(onEdge: (error: Error | null | undefined, level: 0 | 1) => void): void;
  close(): void;
}

/** Opens a line by the kernel's number. Throws with a `code` where the kernel turns it down. */
export type OpenLine = (number: number) => GpioLine;

/**
 * Opens lines through the npm package onoff, which is an optional dependency; rejects with a line that says so where it
 * is missing.
 */
export async function onoffLines(): Promise<OpenLine> {
  const { Gpio } = await import('onoff').catch(() => {
    throw new Error('the package onoff is not installed or was not built (npm rebuild epoll)');
  });
  return (number) => {
    // No debouncing of onoff's own: it is a trailing one and loses what is shorter than its time.
    const line = new Gpio(number, 'in', 'both');
    return {
      read: () => line.readSync(),
      watch: (onEdge) => line.watch(onEdge),
      close: () => line.unexport(),
    };
  };
}
