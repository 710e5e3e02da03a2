import { expect, it } from 'vitest';
import { serialize } from '../../../xmpp/stream/serialize.ts';
import { xml } from '../../../xmpp/xml.ts';

it('escapes what would be markup', () => {
  const stanza = xml('message', { to: `a'b"c<d>&` }, xml('body', {}, `]]> & 'quoted' <b>`));
  expect(serialize(stanza)).toBe(
    "<message to='a&apos;b&quot;c&lt;d&gt;&amp;'><body>]]&gt; &amp; 'quoted' &lt;b&gt;</body></message>",
  );
});

it('leaves out attributes without a value', () => {
  expect(serialize(xml('iq', { id: undefined, to: null, h: 0, type: '' }))).toBe("<iq h='0' type=''/>");
});

it('keeps white space that a parser would otherwise change', () => {
  expect(serialize(xml('a', { b: '1\t2\n3\r4' }, 'x\r\ny\tz'))).toBe("<a b='1&#x9;2&#xA;3&#xD;4'>x&#xD;\ny\tz</a>");
});

it('never writes what XML 1.0 cannot hold', () => {
  expect(serialize(xml('a', { b: 'x\0y' }, 'a\u0008b\uFFFEc\uD800d\u{1F3AD}'))).toBe(
    "<a b='x\uFFFDy'>a\uFFFDb\uFFFDc\uFFFDd\u{1F3AD}</a>",
  );
});
