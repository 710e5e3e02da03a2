import { expect, test } from 'vitest';
import { parse, xml } from '../../xmpp/xml.ts';

test('what was serialised is read back the same', () => {
  const stanza = xml(
    'message',
    { xmlns: 'jabber:client', to: 'a@b.test/"<&\'>' },
    xml('body', { 'xml:lang': 'en' }, 'one & <two>\n "three" ]]> \u{1f600}'),
    xml('x', { xmlns: 'urn:example' }, xml('y', {}, xml('z')), 'tail'),
  );
  const text = stanza.toString();
  const again = parse(text);
  expect(again.toString()).toBe(text);
  expect(again.getChildText('body')).toBe('one & <two>\n "three" ]]> \u{1f600}');
  expect(again.getChild('x', 'urn:example')?.getChild('y')?.parent?.parent).toBe(again);
  expect(again.attrs.to).toBe('a@b.test/"<&\'>');
});

test.each(['', 'text', '<a><b></a>', '<a>'])('what is not one whole element is an error: %j', (text) => {
  expect(() => parse(text)).toThrow();
});
