/** Every word that a web page shows, in one language. */
import type { Platform } from './apps.ts';

export const words = {
  product: 'CASP3R',
  alsoAt: 'If this address is ever gone, the same accounts are reached at:',
  tagline: 'A chat server of one’s own',
  minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
  hours: (count: number) => `${count} hours`,
  days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
  platforms: {
    android: 'Android',
    ios: 'iPhone and iPad',
    windows: 'Windows',
    macos: 'Mac',
    linux: 'Linux',
    terminal: 'Terminal',
  } satisfies Record<Platform, string>,

  home: {
    title: 'Chat that lives at home',
    about: (domain: string) =>
      `This is ${domain}, a small box in somebody’s home. It carries the messages of the people who live on it, and of nobody else.`,
    typeTitle: 'Come in with a code',
    typeHelp:
      'Press PAIR on the box, or ask the person who invited you. Eight letters and digits; capitals do not matter.',
    code: 'Your code',
    go: 'Go on',
    howTitle: 'How it works',
    how: [
      'It speaks XMPP, the open standard for chat. You choose the app.',
      'Your account is an address, like e-mail, and reaches people on other servers too.',
      'Your messages are kept on this box, not at a company.',
    ],
    wrong:
      'This code is not good. Look at it once more; codes of the box are good for five minutes and for one person.',
    portal: 'For administrators: look after this server',
    slowDown: 'That were too many tries. Wait a minute, then try again.',
  },

  landing: {
    title: 'You are invited',
    about: (domain: string) =>
      `to ${domain}, a chat server on a small box of its own. Three ways on; take the one that fits.`,
    aboutContact: 'to chat. Open the invitation in the app of your account, wherever that is.',
    from: (address: string) => `${address} invites you, and will be in your contacts.`,
    goodForContact: (time: string) => `This invitation is good for ${time}.`,
    haveHelpContact: 'Your chat app opens and asks whether to add the contact.',
    goodFor: (time: string) => `This invitation is good for ${time}, for one account.`,
    haveTitle: 'I have an app',
    haveHelp: 'Your chat app opens and makes the account with you.',
    haveButton: 'Open my app',
    otherDevice: 'On another device?',
    scan: 'Scan this with its camera.',
    qrLabel: 'QR code of the invitation, for another device',
    getTitle: 'Get an app',
    getHelp: 'Any XMPP app will do; these are good ones. Install it, come back to this page, and press “Open my app”.',
    others: 'Other devices',
    makeTitle: 'Make my account here',
    makeHelp: 'Then log in with any app, now or later.',
    name: 'Name',
    nameHelp: 'Small letters and digits are easiest to tell others.',
    password: 'Password',
    passwordHelp: 'Long is better than strange: three or four words.',
    make: 'Make my account',
    encrypted: 'Open this page encrypted',
    encryptedWhy: 'Your browser will warn you, because the box vouches for itself.',
  },

  reset: {
    title: 'A new password',
    about: (address: string) => `for ${address}. Apps that are logged in now have to log in again with it.`,
    password: 'New password',
    keep: 'Keep it',
    doneTitle: 'That is your password now',
    done: (address: string) => `Log in again as ${address} in each of your apps, with the new password.`,
    gone: 'This link was used already, or its time is over. Ask for another one.',
    diskFull: 'The box has no room left, so your password is the old one. Tell its owner, and try again later.',
  },

  problems: {
    nameMissing: 'Choose a name.',
    nameTaken: 'Somebody has this name already. Choose another one.',
    codeGone: 'This invitation was used up, or its time is over.',
    diskFull: 'The box has no room left, so your account was not made. Tell its owner, and try again later.',
  },

  welcome: {
    title: (name: string) => `Welcome, ${name}`,
    about: 'Your account is made. This is what any app asks for:',
    portal: 'Look after it with your browser',
    administrator: 'You are the first here, so you are the administrator of this box.',
    address: 'Address',
    password: 'Password',
    passwordIs: 'the one you have just chosen',
    server: 'Server',
    serverWhen: 'only if the app asks',
    port: 'Port',
    portDirect: (port: number) => `or ${port} for “direct TLS”`,
    appsTitle: 'No app yet?',
    certificateTitle: 'If the app asks about a certificate',
    certificate: 'The box made its own. It is the right one if its SHA-256 fingerprint is:',
  },

  panel: {
    title: 'The panel',
    about: 'The same picture and buttons as on the box. Only this machine can open this page.',
    pair: 'PAIR',
    page: 'PAGE',
    power: 'POWER',
    powerHelp: 'hold to shut down',
    alt: 'What the panel shows',
    live: 'live',
    lost: 'The box does not answer.',
    refused: {
      title: 'Only on the box itself',
      about: 'The panel’s page opens on the machine that runs the box, as http://localhost.',
    },
  },

  import: {
    title: 'Bring along what you had',
    about: (address: string) =>
      `A file of your old account becomes part of ${address}. What is there already stays as it is.`,
    file: 'Your file (XEP-0227)',
    go: 'Bring it along',
    help: 'Your password, and whom you let see when you are online, stay as they are here.',
    noScript: 'This page needs JavaScript. Without it: curl -T FILE and the address of this page.',
    sending: 'It is on its way. Leave this page open.',
    lost: 'The connection broke. What came so far was taken; ask your app for a new address and send the file again.',
    taken: (counts: string) => (counts === '' ? 'Nothing was new.' : `Taken: ${counts}.`),
    contacts: 'New contacts see you, and you them, once you have asked each other anew.',
    left: 'Not taken:',
    ended: (reason: string) => `The file could not be read to its end: ${reason}. What came before that was taken.`,
    tooLarge: 'it is larger than 1 GiB',
    diskFull: 'The box has no room left. What came so far was taken.',
  },

  busy: { title: 'One moment', about: 'That was too much at once. Wait a minute, then try again.', again: 'Try again' },
  fault: { title: 'Something went wrong', about: 'The box could not answer this. Its log says more.' },
  missing: { title: 'There is nothing here', about: 'Perhaps the address was cut off.', home: 'To the first page' },
};
