/** A message that reaches nobody is answered in the same way whether its name is somebody's or not (docs/decisions/0005). */
import { expect, test } from 'vitest';
import { accessGate } from '../../../xmpp/access/gate.ts';
import { MODE_NAMES } from '../../../xmpp/access/rules/modes.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { xml } from '../../../xmpp/xml.ts';
import { openBox } from '../im/box.ts';

test.each(MODE_NAMES)('in mode %s nobody outside learns who is here, nor who is limited', async (mode) => {
  const { box, close } = await openBox([accessGate, offline]);
  const { near } = box;
  const [kid, alice, bob] = [await box.member(near), await box.member(near), await box.member(near)];
  await near.accounts.setRole(kid, 'limited');
  await box.contact(bob, 'eve@far.example', { subscription: 'both' });
  await near.store.journal.commit(change('server set', { ...near.server, mode }));
  const answers: string[] = [];
  for (const local of [kid.local, alice.local, 'nobody']) {
    const attrs = { from: 'eve@far.example/x', to: `${local}@near.example`, type: 'chat', id: 'm' };
    await box.fromAfar(xml('message', attrs, xml('body', {}, 'Is anybody there?')));
    answers.push(
      box.abroad
        .splice(0)
        .map((answer) => `${answer.getChild('error')}`)
        .join(),
    );
  }
  expect(new Set(answers).size).toBe(1);
  await close();
});
