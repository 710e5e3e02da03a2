/** What the tests of BOSH share: a rig that stops with its test, and the bodies that they say and hear. */
import { onTestFinished } from 'vitest';
import type { RigOptions } from '../rig.ts';
import { startWebRig, type WebRig } from '../web/rig.ts';
import { NS_BOSH } from './client.ts';

export async function start(options: RigOptions = {}): Promise<WebRig> {
  const rig = await startWebRig(options);
  onTestFinished(() => rig.stop());
  return rig;
}

export const EMPTY = `<body xmlns='${NS_BOSH}'/>`;

export const terminate = (condition: string) => `<body xmlns='${NS_BOSH}' type='terminate' condition='${condition}'/>`;

export const say = (text: string) =>
  `<message xmlns='jabber:client' to='romeo@example.test'><body>${text}</body></message>`;

/** Of the messages that came in. */
export const bodies = (rig: WebRig) => rig.received.map(({ stanza }) => stanza.getChildText('body'));
