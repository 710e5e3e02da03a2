/** What the box does about signals and about exceptions that nobody caught. */
import type { Log } from '../xmpp/log.ts';
import type { Box } from './box.ts';
import { reasonOf } from './errors.ts';

export interface LifeOptions {
  box: Box;
  log: Log;
  reload: () => void;
  /** Awaited when all has stopped as it should: a moment to read the goodbye. */
  farewell: () => Promise<void>;
  /** Runs before the process ends, whatever the reason. */
  lastly: () => void;
}

export interface Life {
  /** Resolves when the box is up. Rejects where it could not start. */
  start(): Promise<void>;
  /** Stops the box and ends the process with 0; at once, with 1, where it is asked a second time. */
  end(): void;
  /** Factory reset: the box stops, forgets everything, and starts anew in this process. Ends it, with 1, where that fails. */
  reset(): void;
  /** The box stops and starts anew in this process. Ends it, with 1, where that fails. */
  restart(): void;
}

/** More in a minute than this is no single bad request: what is in memory can no longer be trusted. */
const FAULTS_A_MINUTE = 20;

export function superviseProcess({ box, log, reload, farewell, lastly }: LifeOptions): Life {
  let ending = false;
  let startingAnew = Promise.resolve();
  let faultTimes: number[] = [];

  const exit = (code: number) => {
    lastly();
    process.exit(code);
  };
  const end = () => {
    if (ending) return exit(1);
    ending = true;
    log.info({}, 'stopping');
    const stopped = startingAnew.then(() => box.stop());
    void stopped.then(
      async () => {
        log.info({}, 'stopped; everything is on disk');
        await farewell();
        exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the box did not stop well');
        exit(1);
      },
    );
  };
  const fault = (error: unknown) => {
    const nowMs = Date.now();
    faultTimes = [...faultTimes.filter((atMs) => nowMs - atMs < 60_000), nowMs];
    box.uncaught += 1;
    log.error({ err: error }, 'an exception that nobody caught');
    if (faultTimes.length < FAULTS_A_MINUTE) return;
    log.error({}, 'too many of them; the box ends, so that it can be started anew');
    exit(1);
  };

  /** One at a time. */
  const startAnew = (when: string, work: () => Promise<void>) => {
    if (ending) return;
    startingAnew = startingAnew.then(work).catch((error: unknown) => {
      log.error({ err: error }, `the box did not start again ${when}`);
      exit(1);
    });
  };

  return {
    end,
    reset: () => startAnew('after the factory reset', () => box.factoryReset()),
    restart: () => startAnew('after the restart', () => box.restart()),
    start: async () => {
      process.on('SIGINT', end);
      process.on('SIGTERM', end);
      process.on('SIGHUP', () => {
        try {
          reload();
        } catch (error) {
          log.error({ reason: reasonOf(error) }, 'nothing was reloaded');
        }
      });
      process.on('uncaughtException', fault);
      process.on('unhandledRejection', fault);
      // Whoever read the log went away; the box goes on.
      process.stdout.on('error', () => {});
      try {
        await box.start();
      } catch (error) {
        lastly();
        process.off('uncaughtException', fault);
        process.off('unhandledRejection', fault);
        throw error;
      }
    },
  };
}
