/** What a new room is like where the owner of the box wants it otherwise, and how long rooms keep what was said. */
import { expect, onTestFinished, test } from 'vitest';
import type { ServerConfig } from '../../../../xmpp/config.ts';
import { xml } from '../../../../xmpp/xml.ts';
import { iq } from '../../im/box.ts';
import { testConfig } from '../harness.ts';
import { ask, configuration, enter, got, hallOfEach, instant, NS_OWNER, openRoom, outcome, ROOM, said } from './rig.ts';

const DAY_MS = 86_400_000;

const hall = hallOfEach();

/** Until the end of the test. */
function boxWants({ rooms = {}, days = 0 }: { rooms?: Partial<ServerConfig['rooms']>; days?: number }): void {
  const before = { ...testConfig.rooms };
  Object.assign(testConfig.rooms, rooms);
  testConfig.archive.days = days;
  onTestFinished(() => {
    Object.assign(testConfig.rooms, before);
    testConfig.archive.days = 0;
  });
}

async function settings(room = ROOM): Promise<Record<string, string>> {
  const reply = await ask(hall.box, hall.ann, 'get', xml('query', { xmlns: NS_OWNER }), room);
  const fields = reply.getChild('query')?.getChild('x')?.getChildren('field') ?? [];
  return Object.fromEntries(
    fields.map((field) => [field.attrs.var?.replace(/.*#(roomconfig_)?/, '') ?? '', field.getChildText('value') ?? '']),
  );
}

test('a new room is as the owner of the box wants; rooms that are there stay as they are', async () => {
  await openRoom(hall, { membersonly: '1' });
  boxWants({
    rooms: {
      public: true,
      membersOnly: false,
      anonymous: true,
      archive: false,
      archiveDays: 30,
      persistent: false,
      maxOccupants: 20,
    },
  });
  expect(await settings()).toMatchObject({ publicroom: '0', membersonly: '1', whois: 'anyone', maxusers: '100' });
  const { box, ann, bob } = hall;
  const pub = 'pub@rooms.near.example';
  await box.says(ann, enter('Ann', pub), iq('set', instant(), pub));
  expect(await settings(pub)).toMatchObject({
    publicroom: '1',
    membersonly: '0',
    whois: 'moderators',
    enablearchiving: '0',
    archivedays: '30',
    persistentroom: '0',
    maxusers: '20',
  });
  got(bob);
  await box.says(bob, enter('Bob', pub));
  expect(got(bob)).toContain('Bob none participant 110');
});

const night = async () => {
  for (const work of hall.box.near.hooks.run('night', { work: [] }).work) await work();
};

/** What one who enters is told of what was said. */
async function told(): Promise<string[]> {
  const { box, bob } = hall;
  await box.says(bob, enter('Bob'));
  const lines = got(bob).filter((line) => line.endsWith('(then)'));
  await box.says(bob, xml('presence', { to: `${ROOM}/Bob`, type: 'unavailable' }));
  got(bob);
  return lines;
}

async function sayOverDays(): Promise<void> {
  const { box, ann } = hall;
  await box.says(ann, said('old'));
  box.clock.pass(8 * DAY_MS);
  await box.says(ann, said('new'));
}

const archived = () => {
  const { store } = hall.box;
  const room = store.rooms.list(hall.box.near.server.id)[0]?.id ?? '';
  return store.archive.page({ account: room, limit: 10, fromEnd: false }).total;
};

test.each([
  ['its owner wants no days and the box none', '0', 0, 2],
  ['its owner wants a week', '7', 0, 1],
  ['its owner wants a month, the box a week', '30', 7, 1],
  ['its owner says nothing, the box a week', '0', 7, 1],
  ['its owner wants a month', '30', 0, 2],
  ['its owner wants a week, the box a month', '7', 30, 1],
])('messages of a room go by night: %s', async (_, wanted, days, left) => {
  boxWants({ days });
  await openRoom(hall, { 'casp3r#roomconfig_archivedays': wanted });
  await sayOverDays();
  await night();
  expect(archived()).toBe(left);
  expect(await told()).toHaveLength(left);
});

test('days that are no number are refused, and the room stays as it was', async () => {
  await openRoom(hall, { 'casp3r#roomconfig_archivedays': '7' });
  const { box, ann } = hall;
  const wanted = (value: string) => configuration({ 'casp3r#roomconfig_archivedays': value });
  for (const wrong of ['-1', 'a week', '1.5'])
    expect(await outcome(box, ann, 'set', wanted(wrong))).toBe('not-acceptable');
  expect(await settings()).toMatchObject({ archivedays: '7' });
});
