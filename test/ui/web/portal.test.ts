/** Forms and outcomes of commands as HTML: every type of field, and nothing of what is in them is ever part of the page. */
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../ui/web/html.ts';
import { type CommandView, commandPage } from '../../../ui/web/portal/command.ts';
import { type FieldView, fieldHtml } from '../../../ui/web/portal/field.ts';
import { type PortalFrame, timeWords } from '../../../ui/web/portal/frame.ts';
import { loginPage, onlyEncryptedPage } from '../../../ui/web/portal/login.ts';

const EVIL = '"><img src=x onerror=alert(1)>';

const frame: PortalFrame = {
  domain: 'home.test',
  who: 'root@home.test',
  csrf: 'token',
  here: 'rules',
  path: '/portal/rules',
  waiting: 0,
};
const field = (given: Partial<FieldView>): FieldView => ({
  var: 'v',
  type: 'text-single',
  label: 'Label',
  values: [],
  options: [],
  required: false,
  ...given,
});
const drawn = (given: Partial<FieldView>) => textOf(fieldHtml(field(given), 'f0'));
const view = (given: Partial<CommandView>): CommandView => ({
  node: 'node',
  name: 'Name',
  session: 'session',
  stage: 'stage',
  more: false,
  canGoBack: false,
  notes: [],
  results: [],
  ...given,
});
const form = (fields: FieldView[], instructions = '') => ({ title: 'Title', instructions, fields });
const options = [
  { value: 'a', label: 'First' },
  { value: 'b', label: 'Second' },
];

describe('a field', () => {
  it.each<[string, Partial<FieldView>, RegExp]>([
    ['text-single', { values: ['x'] }, /<input id="f0" name="f\.v" [^>]*value="x"/],
    ['no type that is known', { type: 'x-new' }, /<input id="f0"/],
    [
      'text-private, whose value is never shown',
      { type: 'text-private', values: ['secret'] },
      /type="password"(?![^>]*secret)/,
    ],
    ['jid-single', { type: 'jid-single', required: true }, /required[^>]*inputmode="email"/],
    ['text-multi', { type: 'text-multi', values: ['one', 'two'] }, /<textarea [^>]*>\none\ntwo<\/textarea>/],
    ['jid-multi', { type: 'jid-multi', values: ['a@b'] }, /a@b<\/textarea>\s*<p class="hint">One in each line/],
    ['boolean that is set', { type: 'boolean', values: ['true'] }, /type="checkbox" value="true" checked/],
    ['boolean that is not', { type: 'boolean', values: ['0'] }, /type="checkbox" value="true">/],
    ['list-single', { type: 'list-single', options, required: true, values: ['b'] }, /value="b" required checked/],
    ['list-single that may be left', { type: 'list-single', options }, /value="" checked/],
    ['list-multi', { type: 'list-multi', options, values: ['a'] }, /type="checkbox" value="a" checked/],
    ['fixed', { type: 'fixed', values: ['just words'] }, /<p>just words<\/p>/],
  ])('%s', (_, given, expected) => {
    expect(drawn(given)).toMatch(expected);
  });

  it('with many choices is rolled up, and chooses nothing by itself', () => {
    const many = Array.from({ length: 10 }, (_, n) => ({ value: `v${n}`, label: `Choice ${n}` }));
    expect(drawn({ type: 'list-single', options: many })).toMatch(/<select [^>]*><option value="">Choose/);
    expect(drawn({ type: 'list-single', options: many, values: ['v3'] })).toContain('value="v3" selected');
  });

  it.each(['text-single', 'text-multi', 'jid-single', 'jid-multi', 'list-single', 'list-multi', 'boolean', 'fixed'])(
    '%s has a label, and shows what is in it as text',
    (type) => {
      const html = drawn({ type, var: EVIL, label: EVIL, values: [EVIL], options: [{ value: EVIL, label: EVIL }] });
      expect(html).not.toContain('<img');
      for (const [, id] of html.matchAll(/<(?:input|textarea|select) id="([^"]+)"/g))
        expect(html).toContain(`<label for="${id}">`);
    },
  );
});

describe('a command', () => {
  it('waits with its form, its problem and the ways on', () => {
    const page = textOf(
      commandPage(frame, view({ form: form([field({})], 'one\ntwo'), canGoBack: true, more: true, problem: EVIL })),
    );
    expect(page).toContain('<ul class="lines"><li>one</li><li>two</li></ul>');
    for (const part of [
      '>Go on<',
      '>Back<',
      '>Cancel<',
      'name="csrf" value="token"',
      'name="back" value="/portal/rules"',
    ])
      expect(page).toContain(part);
    expect(page).toContain('role="alert"');
    expect(page).not.toContain('<img');
  });

  it('with nothing to choose from can only be left', () => {
    const stuck = form([field({ type: 'list-multi', required: true })]);
    const page = textOf(commandPage(frame, view({ form: stuck })));
    expect(page).toContain('There is nothing to choose from.');
    expect(page).not.toContain('>Do it<');
    expect(page).toContain('>Cancel<');
  });

  it('does not ask for a choice among nothing that nobody has to make', () => {
    const page = textOf(commandPage(frame, view({ form: form([field({ type: 'list-single', label: 'Before' })]) })));
    expect(page).not.toContain('Before');
  });

  it('that is over shows notes, values and tables; links lead to web pages and apps only', () => {
    const results = [
      {
        title: 'Result',
        fields: [
          { var: 'url', label: 'Page', type: 'text-single', values: ['https://home.test/j/1', 'javascript:alert(1)'] },
        ],
        columns: [{ var: 'at', label: 'When' }],
        rows: [['2026-06-01T12:00:00.000Z'], [EVIL], ['2026-13-32T25:61:61Z']],
      },
    ];
    const page = textOf(commandPage(frame, view({ notes: [{ type: 'warn', text: EVIL }], results })));
    expect(page).toContain('<a href="https://home.test/j/1"');
    expect(page).not.toContain('href="javascript:');
    expect(page).toContain('>1 Jun 2026, 12:00</time>');
    expect(page).toContain('data-label="When"');
    expect(page).toContain('>2026-13-32T25:61:61Z<');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('class="qr"');
  });
});

it('the page to log in keeps the address, never a password, and escapes what it is given', () => {
  const page = textOf(loginPage({ domain: EVIL, address: EVIL, problem: EVIL, encryptedUrl: EVIL }));
  expect(page).not.toContain('<img');
  expect(page).toContain('autocomplete="current-password"');
  expect(textOf(onlyEncryptedPage('home.test', undefined))).not.toContain('<a class="button"');
  expect(textOf(onlyEncryptedPage(EVIL, EVIL))).not.toContain('<img');
});

it('times are said as people write them', () => {
  expect(timeWords(Date.UTC(2026, 0, 9, 7, 5))).toBe('9 Jan 2026, 07:05');
});
