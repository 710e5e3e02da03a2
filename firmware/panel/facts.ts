/** What the box knows of itself, as its panel wants to have it. */
import type { Clock } from '../../xmpp/clock.ts';
import type { Host } from '../../xmpp/extension.ts';
import type { XmppServer } from '../../xmpp/server.ts';
import type { Store } from '../../xmpp/store/store.ts';
import type { Addresses } from '../addresses.ts';
import type { CertificateKeeper } from '../certificate-keeper.ts';
import type { Config } from '../config.ts';
import { isLoopback } from '../reachability.ts';
import { software } from '../version.ts';
import { peersOf } from './peers.ts';
import { peopleOf } from './people.ts';
import { type Readings, readings } from './readings.ts';
import type { PanelFacts } from './scene.ts';
import { troublesOf } from './troubles.ts';

export interface FactSources {
  config: Config;
  clock: Clock;
  addresses: Addresses;
  certificate: CertificateKeeper;
  running: () => { host: Host; store: Store; server: Pick<XmppServer, 'peers' | 'peersConnected'> } | undefined;
  lanName: () => string;
  /** '' for none. */
  onion: () => string;
  uptimeSeconds: () => number;
}

/** What has to be read from files is read this often at most, however often the panel asks. */
const MEASURE_MS = 5000;

interface Measured extends Readings {
  atMs: number;
  certificateEndsMs: number | undefined;
}

export class Facts {
  readonly #sources: FactSources;
  #measured: Measured | undefined;

  constructor(sources: FactSources) {
    this.#sources = sources;
  }

  read(): PanelFacts {
    const { config, clock, addresses, lanName, onion, uptimeSeconds } = this.#sources;
    const { listen, access } = config;
    const running = this.#sources.running();
    const server = running?.host.server;
    const domain = server?.domain ?? config.server.domain;
    const { v4, v6 } = addresses.lan();
    const { atMs: _, certificateEndsMs, ...machine } = this.#measure();
    return {
      ...machine,
      version: software.version,
      name: domain,
      domain,
      addresses: [...v4, ...v6, ...(onion() === '' ? [] : [onion()])],
      webAddress: addresses.webPlaces()[0] ?? addresses.host(),
      lanName: lanName(),
      members: running && server ? running.store.accounts.count(server.id) : 0,
      ...peopleOf(running?.host),
      messagesToday: running && server ? running.store.archive.sentSince(server.id, startOfDay(clock.nowMs())) : 0,
      uptimeSeconds: uptimeSeconds(),
      federation: {
        mode: server?.mode ?? access.mode,
        ...peersOf(running?.server.peers ?? [], running?.server.peersConnected ?? 0),
      },
      trouble: troublesOf({
        wantsNetwork: !isLoopback(listen.address),
        addresses: [...v4, ...v6],
        servesPages: listen.http !== 0 || listen.https !== 0,
        certificateEndsMs,
        nowMs: clock.nowMs(),
        disk: machine.disk,
        update: undefined,
      }),
    };
  }

  #measure(): Measured {
    const { config, clock, certificate } = this.#sources;
    const atMs = clock.nowMs();
    const last = this.#measured;
    if (last && Math.abs(atMs - last.atMs) < MEASURE_MS) return last;
    const now = { ...readings({ folder: config.data, clock }), certificateEndsMs: certificate.endsMs, atMs };
    this.#measured = now;
    return now;
  }
}

/** Midnight where the box stands. */
function startOfDay(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}
