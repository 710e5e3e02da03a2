/** XEP-0421: an occupant's id, the same at each visit, another one in each room, and no way back to the address. */
import { createHmac } from 'node:crypto';
import type { Host } from '../../extension.ts';
import { change } from '../../store/changes.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_OCCUPANT_ID } from './namespaces.ts';

const SECRET_NAME = 'occupant ids';
const SECRET_BYTES = 32;

export class OccupantIds {
  readonly #host: Host;
  #secret: string | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  of(room: string, bare: string): string {
    return createHmac('sha256', this.#key()).update(`${room}\0${bare}`).digest('base64url');
  }

  #key(): string {
    const { store, random, log, server } = this.#host;
    this.#secret ??= store.secrets.get(server.id, SECRET_NAME);
    if (this.#secret) return this.#secret;
    const value = random(SECRET_BYTES).toString('base64');
    this.#secret = value;
    // Nobody can enter a room before its creation is on disk, and the commits keep their order.
    store.journal
      .commit(change('secret set', { server: server.id, name: SECRET_NAME, value }))
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, 'the secret behind occupant ids could not be kept');
      });
    return value;
  }
}

export const occupantIdElement = (id: string): Element => xml('occupant-id', { xmlns: NS_OCCUPANT_ID, id });
