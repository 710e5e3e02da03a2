import { expect, test } from 'vitest';
import { peersOf } from '../../../firmware/panel/peers.ts';
import type { PeerState } from '../../../xmpp/federation/status.ts';

const peer = (domain: string, state: PeerState['state'], direction?: PeerState['direction']): PeerState => ({
  ...{ domain, state, direction, local: 'a.test', queued: 0 },
  ...{ sinceMs: undefined, tls: undefined, authenticated: undefined, address: undefined, lastError: undefined },
});

test('the panel names each server once, without its services, and counts those that something waits for', () => {
  const peers = [
    peer('b.test', 'connected', 'in'),
    peer('b.test', 'connected', 'out'),
    peer('b.test', 'waiting'),
    peer('rooms.b.test', 'connected', 'out'),
    peer('日本.test', 'connected', 'both'),
    peer('down.test', 'waiting'),
    peer('down.test', 'waiting'),
    peer('mistyped.test', 'failed'),
  ];
  expect(peersOf(peers, 3)).toEqual({ servers: 3, names: ['b.test', 'xn--wgv71a.test'], unreached: 1 });
});
