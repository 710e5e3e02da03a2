/** A box at `localhost` that takes clients by TLS only, and the clients of other people's making that log in to it. */
import { afterAll, beforeAll } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { type Peer, peersOfTests } from './peer.ts';

export interface Household {
  /** There from the first test on. */
  readonly box: Box;
  /** One of those that it was made with. */
  account(local: string): BoxAccount;
  /** Starts a client, which ends with its test. */
  launch(command: string, args: readonly string[], env?: Record<string, string>): Peer;
}

/** For a `describe`: the box starts before its tests with these accounts, and ends after them. */
export function household(...locals: string[]): Household {
  const accounts = new Map<string, BoxAccount>();
  let box: Box | undefined;
  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    for (const local of locals) accounts.set(local, await box.addAccount(local));
  });
  afterAll(() => box?.dispose());
  return {
    get box() {
      return there(box);
    },
    account: (local) => there(accounts.get(local)),
    launch: peersOfTests(),
  };
}

function there<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('it is not there before the tests begin');
  return what;
}
