import { expect, test } from 'vitest';
import { embed, embeddedText, parse, xml } from '../../xmpp/xml.ts';

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

test('the text of an embedded stanza is that of its copy, and leaves the stanza as it was', () => {
  const stanza = xml('message', { to: 'a@b.test' }, xml('body', {}, '<one>'), xml('x', { xmlns: 'urn:example' }));
  const before = stanza.toString();
  expect(embeddedText(stanza)).toBe(embed(stanza).toString());
  expect(stanza.toString()).toBe(before);
  expect(stanza.getChild('body')?.parent).toBe(stanza);
});

test.each(['', 'text', '<a><b></a>', '<a>'])('what is not one whole element is an error: %j', (text) => {
  expect(() => parse(text)).toThrow();
});
