import { expect, it } from 'vitest';
import { Care } from '../../firmware/care.ts';
import { Hooks } from '../../xmpp/routing/hooks.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';
import { openHome } from './home.ts';

it('each night, invitations that are long over are forgotten the certificate and what extensions keep is seen to, whatever fails', async () => {
  const { server, host, clock } = await openHome();
  const day = 86_400_000;
  await host.invites.create({ lifetimeMs: day, note: 'old' });
  await host.invites.create({ lifetimeMs: 3 * day, note: 'just over' });
  await host.invites.create({ lifetimeMs: 9 * day, note: 'good' });
  clock.pass(3.5 * day);
  let renewals = 0;
  let cleaned = 0;
  host.hooks.on('night', ({ work }) =>
    work.push(
      () => Promise.reject(new Error('no disk')),
      async () => {
        cleaned += 1;
      },
    ),
  );
  let removals = 0;
  const broken = {
    hooks: new Hooks(),
    get invites(): never {
      throw new Error('no disk');
    },
  };
  const care = (hosts: () => readonly Pick<typeof host, 'invites' | 'hooks'>[]) =>
    new Care({
      hosts,
      clock,
      log: silentLog,
      renewCertificate: async () => {
        renewals += 1;
      },
      removeOldUploads: async () => {
        removals += 1;
      },
    });
  await care(() => [broken]).run();
  await care(() => server.hosts).run();
  expect([renewals, removals, cleaned]).toEqual([2, 2, 1]);
  expect(new Set(host.invites.list().map(({ note }) => note))).toEqual(new Set(['good', 'just over']));
});
