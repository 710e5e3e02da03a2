/** XEP-0050: Ad-Hoc Commands, of the host and of its accounts. The table of them is routing/commands.ts. */
import type { Extension, Host } from '../extension.ts';
import { type CommandTarget, NS_COMMANDS } from '../routing/command.ts';
import type { NodeDiscoEvent } from '../routing/hooks.ts';

const FEATURES = [NS_COMMANDS, 'jabber:x:data'];

export const commands: Extension = {
  name: 'commands',
  xep: [{ number: '0050', title: 'Ad-Hoc Commands', version: '1.3.0', status: 'complete' }],
  features: { server: FEATURES, account: FEATURES },
  attach(host) {
    // Strangers learn nothing of an account, not even that it is there.
    for (const [target, access] of [
      ['server', 'anyone'],
      ['account', 'contact'],
    ] as const) {
      host.iq.handle('set', target, 'command', NS_COMMANDS, access, (request) =>
        host.commands.run(target, request.payload, request),
      );
      host.hooks.on(`${target} disco items`, (event) => tellItems(host, target, event));
      host.hooks.on(`${target} disco info`, (event) => tellInfo(host, target, event));
    }
    host.hooks.on('session ended', ({ session }) => host.commands.forget(session.jid));
  },
};

function tellItems(host: Host, target: CommandTarget, event: NodeDiscoEvent): void {
  if (event.node !== NS_COMMANDS) return;
  event.known = true;
  event.items.push(...host.commands.items(target, callOf(event)));
}

function tellInfo(host: Host, target: CommandTarget, event: NodeDiscoEvent): void {
  const told = host.commands.info(target, event.node, callOf(event));
  if (!told) return;
  event.known = true;
  event.identities.push(...told.identities);
  event.features.push(...told.features);
}

const callOf = ({ asker, to, session }: NodeDiscoEvent) => ({ from: asker, to, session });
