import { test } from 'vitest';
import { Box } from '../test/kit/box.ts';
import { Peer } from '../test/interop/peer.ts';
test('x', async () => {
  const box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
  await box.addAccount('owner');
  const { uri } = await box.invite(); console.log(uri);
  const p = new Peer('/usr/bin/python3', ['-X','dev','test/interop/slixmpp_peer.py'], {SLIX_DEBUG:'1'});
  p.order('connect', { jid: 'romeo@localhost', password: 'pw pw pw romeo', port: box.ports.c2s, ca: box.certificateFile, preauth: /preauth=([^;]+)/.exec(uri)?.[1] });
  try { console.log(await p.event('online')); } catch (e) { console.log(String(e)); }
  console.log(box.log.slice(-1500)); await p.stop(); await box.dispose();
}, 40000);
