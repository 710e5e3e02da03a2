/** The ad-hoc command (XEP-0050) by which members choose whether their archive is searched. */
import { chooseSearch } from '../../archiving/search.ts';
import type { Host } from '../../extension.ts';
import { type CommandStage, done, isOwner } from '../../routing/command.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';

const NODE = 'urn:casp3r:archive:search';

export function addSearchCommand(host: Host): void {
  host.commands.add({
    node: NODE,
    name: 'Search of old messages',
    target: 'account',
    allowed: (asker) => host.config.archive.search && isOwner(asker),
    begin: ({ member }) => stage(host, member),
  });
}

/** @throws StanzaError forbidden */
function stage(host: Host, member: Account | undefined): CommandStage {
  if (!member) throw new StanzaError('forbidden');
  const on = host.store.archive.search(member.id)?.on ?? false;
  return {
    title: 'Search of old messages',
    instructions:
      'The server can keep an index of the words in your messages, so that your apps find them. It holds no words of encrypted ones.',
    fields: [{ var: 'search', type: 'boolean', label: 'Keep an index of my messages', values: [on ? '1' : '0'] }],
    next: async (answers) => {
      await chooseSearch(host, member, answers.flag('search'));
      return done(
        answers.flag('search')
          ? 'Your messages can be searched; older ones soon.'
          : 'The index of your messages is gone.',
      );
    },
  };
}
