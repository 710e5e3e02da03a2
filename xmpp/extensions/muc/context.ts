/** What the parts of the room service share. */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import { OccupantIds } from './occupant-id.ts';
import { Rooms } from './rooms.ts';

/** Beside each domain of the host. */
export const SUBDOMAIN = 'rooms';

export class Muc {
  readonly host: Host;
  readonly rooms: Rooms;
  readonly ids: OccupantIds;

  constructor(host: Host) {
    this.host = host;
    this.rooms = new Rooms(host);
    this.ids = new OccupantIds(host);
  }

  /** At the primary domain. */
  get domain(): string {
    return `${SUBDOMAIN}.${this.host.server.domain}`;
  }

  /** By what a room knows a person: the bare JID, of a member of the box at the primary domain, whichever was used. */
  bareOf(jid: Jid): string {
    return this.host.knownAs(jid).bare.toString();
  }

  isMemberOfHost(jid: Jid): boolean {
    return jid.local !== '' && this.host.serves(jid.domain) && this.host.accounts.find(jid.local) !== undefined;
  }
}
