/** What the server speaks, in the order in which the hooks run. */
import { blocklists } from './access/blocklists/blocklists.ts';
import { accessGate } from './access/gate.ts';
import type { Extension } from './extension.ts';
import { accessCommands } from './extensions/access-commands/access-commands.ts';
import { accountExport } from './extensions/account-export.ts';
import { accountImport } from './extensions/account-import.ts';
import { administration } from './extensions/administration/administration.ts';
import { archive } from './extensions/archive/archive.ts';
import { avatar } from './extensions/avatar.ts';
import { blocking } from './extensions/blocking.ts';
import { bookmarks } from './extensions/bookmarks.ts';
import { caps } from './extensions/caps.ts';
import { carbons } from './extensions/carbons.ts';
import { circles } from './extensions/circles.ts';
import { clients } from './extensions/clients.ts';
import { commands } from './extensions/commands.ts';
import { contactAddresses } from './extensions/contact-addresses.ts';
import { csi } from './extensions/csi/csi.ts';
import { disco } from './extensions/disco.ts';
import { displayed } from './extensions/displayed.ts';
import { entityTime } from './extensions/entity-time.ts';
import { externalServices } from './extensions/external-services.ts';
import { invitations } from './extensions/invitations.ts';
import { invitedContacts } from './extensions/invited-contacts.ts';
import { lastActivity } from './extensions/last-activity.ts';
import { memberCommands } from './extensions/member-commands.ts';
import { moved } from './extensions/moved.ts';
import { muc } from './extensions/muc/muc.ts';
import { multicast } from './extensions/multicast.ts';
import { offline } from './extensions/offline.ts';
import { passwordReset } from './extensions/password-reset.ts';
import { ping } from './extensions/ping.ts';
import { privateData } from './extensions/private-data.ts';
import { pubsub } from './extensions/pubsub/pubsub.ts';
import { push } from './extensions/push/push.ts';
import { registration } from './extensions/registration.ts';
import { serverAddresses } from './extensions/server-addresses.ts';
import { socks5 } from './extensions/socks5.ts';
import { stanzaId } from './extensions/stanza-id.ts';
import { upload } from './extensions/upload/upload.ts';
import { vcardTemp } from './extensions/vcard-temp.ts';
import { vcard4 } from './extensions/vcard4/vcard4.ts';
import { version } from './extensions/version.ts';

export const extensions: readonly Extension[] = [
  // What a stanza may not do comes first: by the member's own list, then by the owner's rules.
  blocking,
  // A contact who moved is no stranger to the rules.
  moved,
  accessGate,
  blocklists,
  // Messages: forged ids go, the archive writes its own, so that the copies of carbons and of the offline store name it.
  stanzaId,
  displayed,
  archive,
  offline,
  carbons,
  // Who is there and what they can do.
  disco,
  commands,
  caps,
  csi,
  push,
  lastActivity,
  // What members keep on the box.
  pubsub,
  vcardTemp,
  privateData,
  // The same facts in the forms of other times, and told in every presence.
  avatar,
  vcard4,
  bookmarks,
  registration,
  clients,
  invitations,
  invitedContacts,
  administration,
  memberCommands,
  circles,
  accessCommands,
  passwordReset,
  contactAddresses,
  serverAddresses,
  accountExport,
  accountImport,
  // Rooms, at a domain of their own.
  muc,
  // One message for many, at its own.
  multicast,
  // Files, at theirs.
  upload,
  socks5,
  // Calls, beside XMPP.
  externalServices,
  // Small questions.
  ping,
  version,
  entityTime,
];
