/** The rooms of one host: those in use are in memory, the others in the store only. */
import type { Host } from '../../extension.ts';
import { type Change, change } from '../../store/changes.ts';
import type { Id } from '../../store/model.ts';
import type { RoomRow } from '../../store/room-model.ts';
import { Affiliations } from './affiliations.ts';
import { configOf, historyLength, isOn, newRoomConfig, type RoomConfig } from './config.ts';
import { Hats } from './hats.ts';
import { History } from './history.ts';
import { Room } from './room.ts';

/** What one account may have made and not destroyed. */
const MAX_ROOMS_OF_ONE = 100;

export class Rooms {
  readonly #host: Host;
  readonly #inUse = new Map<string, Room>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** By the prepared localpart. */
  get(local: string): Room | undefined {
    const known = this.#inUse.get(local);
    if (known) return known.destroyed ? undefined : known;
    const row = this.#host.store.rooms.byName(this.#host.server.id, local);
    return row && this.#load(row);
  }

  inMemory(local: string): Room | undefined {
    return this.#inUse.get(local);
  }

  /** Only those in memory: whoever is in a room has it there. */
  get inUse(): Room[] {
    return [...this.#inUse.values()];
  }

  /** Every room that is there, locked ones aside. */
  stored(): { row: RoomRow; config: RoomConfig }[] {
    const { rooms } = this.#host.store;
    return rooms.list(this.#host.server.id).map((row) => ({ row, config: configOf(rooms.config(row.id) ?? {}) }));
  }

  mayCreate(creator: string): boolean {
    const unstored = this.inUse.filter((room) => room.locked && room.row.creator === creator).length;
    return this.#host.store.rooms.createdBy(this.#host.server.id, creator) + unstored < MAX_ROOMS_OF_ONE;
  }

  /** A locked room that its creator owns. */
  create(local: string, creator: string): Room {
    const { store, clock, server } = this.#host;
    const createdMs = clock.nowMs();
    const owner = { jid: creator, affiliation: 'owner' as const, nick: '', reason: '', sinceMs: createdMs };
    const room = new Room({
      row: { id: store.newId(), server: server.id, local, creator, createdMs },
      config: newRoomConfig(this.#host.config.rooms),
      affiliations: new Affiliations([owner]),
      subject: undefined,
      history: new History(),
      hats: new Hats(),
      stored: false,
    });
    this.#inUse.set(local, room);
    return room;
  }

  /** Puts changes of a room on disk; of a locked one nothing is kept until it is accepted. */
  async commit(room: Room, ...changes: Change[]): Promise<void> {
    if (room.stored && changes.length > 0) await this.#host.store.journal.commit(...changes);
  }

  /** The owner has accepted the room as it is now: from here on it exists for others, and on disk. */
  async accept(room: Room): Promise<void> {
    if (room.stored) return;
    const { id } = room.row;
    await this.#host.store.journal.commit(
      change('room created', room.row),
      change('room configured', { room: id, config: { ...room.config } }),
      ...[...room.affiliations.all()].map((affiliation) =>
        change('room affiliation set', { room: id, ...affiliation }),
      ),
    );
    room.stored = true;
  }

  /** On disk first, then nobody finds it any more. */
  async remove(room: Room): Promise<void> {
    await this.commit(room, change('room removed', { room: room.row.id }));
    room.destroyed = true;
    if (this.#inUse.get(room.row.local) === room) this.#inUse.delete(room.row.local);
  }

  /** Does something with a room and lets go of it then, where nobody is in it and nothing happens in it: the store has it. */
  async using<T>(room: Room, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      // The room's lane knows that it is idle a moment after its last work has been answered.
      setImmediate(() => this.#release(room));
    }
  }

  #release(room: Room): void {
    if (room.stored && room.isIdle && this.#inUse.get(room.row.local) === room) this.#inUse.delete(room.row.local);
  }

  #load(row: RoomRow): Room | undefined {
    const { rooms, journal } = this.#host.store;
    const config = configOf(rooms.config(row.id) ?? {});
    if (!isOn(config, 'persistentroom')) {
      // A temporary room whose last occupant never left: the box went down with it.
      journal.commit(change('room removed', { room: row.id })).catch((error: unknown) => {
        this.#host.log.warn({ error: String(error) }, 'a temporary room could not be removed');
      });
      return undefined;
    }
    const room = new Room({
      row,
      config,
      affiliations: new Affiliations(
        rooms.affiliations(row.id).map((entry) => ({ ...entry, jid: this.#known(entry.jid) })),
      ),
      subject: rooms.subject(row.id),
      history: this.#history(row.id, config),
      hats: new Hats(rooms.hats(row.id), rooms.hatWearers(row.id)),
      stored: true,
    });
    this.#inUse.set(row.local, room);
    return room;
  }

  /** An address of a member under a domain that has become a fallback is the one under today's. */
  #known(jid: string): string {
    const at = jid.indexOf('@');
    const domain = jid.slice(at + 1);
    return at > 0 && this.#host.serves(domain) ? `${jid.slice(0, at)}@${this.#host.server.domain}` : jid;
  }

  #history(room: Id, config: RoomConfig): History {
    const limit = historyLength(config);
    if (limit === 0) return new History();
    return History.from(this.#host.store.archive.page({ account: room, limit, fromEnd: true }).messages);
  }
}
