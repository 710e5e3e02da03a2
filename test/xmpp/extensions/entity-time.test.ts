import { afterEach, expect, test } from 'vitest';
import { entityTime } from '../../../xmpp/extensions/entity-time.ts';
import { xml } from '../../../xmpp/xml.ts';
import { payloadOf, testHost } from './harness.ts';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each([
  ['UTC', '+00:00'],
  ['America/St_Johns', '-02:30'],
  ['Asia/Kathmandu', '+05:45'],
])('in %s the offset is %s', async (name, tzo) => {
  process.env.TZ = name;
  const host = await testHost(entityTime);
  const phone = host.client(await host.member('juliet'), 'balcony');
  const told = payloadOf(await host.ask(phone, 'get', xml('time', { xmlns: 'urn:xmpp:time' }), 'casp3r.local'));
  expect(told.getChildText('tzo')).toBe(tzo);
  expect(told.getChildText('utc')).toBe('2026-06-01T12:00:00.000Z');
});
