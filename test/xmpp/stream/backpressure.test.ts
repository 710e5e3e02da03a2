import { expect, it } from 'vitest';
import { Backpressure } from '../../../xmpp/stream/backpressure.ts';

/** Stanzas that are done when the test says so, in whichever order. */
function open(many: number) {
  let pending = 0;
  const log: string[] = [];
  const reading = {
    hold: (reason: string) => void log.push(`hold ${reason}`),
    release: (reason: string) => void log.push(`release ${reason}`),
  };
  const backpressure = new Backpressure({ reading, reason: 'lanes', pending: () => pending, many });
  const enter = () => {
    const { promise, resolve } = deferred();
    pending += 1;
    const done = promise.then(() => {
      pending -= 1;
    });
    backpressure.entered(done);
    return async () => {
      resolve();
      await done;
    };
  };
  return { log, enter };
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

it('stops reading at many stanzas that are not done, and goes on at half of them', async () => {
  const { log, enter } = open(4);
  const finish = [enter(), enter(), enter()];
  expect(log).toEqual([]);
  finish.push(enter(), enter());
  expect(log).toEqual(['hold lanes']);
  for (const done of finish.slice(0, 2)) await done();
  expect(log).toEqual(['hold lanes']);
  await finish[2]?.();
  expect(log).toEqual(['hold lanes', 'release lanes']);
});

it('goes on whichever of them is the last to be done', async () => {
  const { log, enter } = open(4);
  const finish = [enter(), enter(), enter(), enter()];
  for (const done of finish.reverse()) await done();
  expect(log).toEqual(['hold lanes', 'release lanes']);
});
