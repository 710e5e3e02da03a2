/** What a client asks for, read and checked (XEP-0363 sections 4 and 5). */
import { StanzaError } from '../../routing/stanza-error.ts';
import type { UploadPurpose, UploadSlot } from '../../store/upload-model.ts';
import type { Element } from '../../xml.ts';

export const NS_PURPOSE = 'urn:xmpp:http:upload:purpose:0';

export const PURPOSES: readonly UploadPurpose[] = ['message', 'profile', 'ephemeral', 'permanent'];

/** What file systems take, and so all that devices call their files. */
const MAX_NAME_BYTES = 255;
const MAX_TYPE_LENGTH = 255;
/** RFC 9110 section 8.3.1. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;[\x20-\x7e]*)?$/;

export type SlotRequest = Pick<UploadSlot, 'name' | 'bytes' | 'type' | 'purpose' | 'untilMs'>;

/** @throws StanzaError bad-request */
export function readSlotRequest(request: Element, nowMs: number): SlotRequest {
  const { filename, size, 'content-type': type = '' } = request.attrs;
  if (filename === undefined) throw badRequest('A slot needs a filename.');
  if (size === undefined || !/^\d{1,15}$/.test(size)) throw badRequest('The size is a number of bytes.');
  if (type !== '' && (type.length > MAX_TYPE_LENGTH || !MEDIA_TYPE.test(type)))
    throw badRequest('The content-type is no media type.');
  return { name: checkName(filename), bytes: Number(size), type, ...readPurpose(request, nowMs) };
}

/** The name ends up in addresses and in what browsers offer to save: a plain one, and no path. */
function checkName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[/\\\u0000-\u001f\u007f-\u009f]/.test(name))
    throw badRequest('The filename holds a character of paths or controls.');
  if (name.trim() === '' || name === '.' || name === '..') throw badRequest('The filename is no name.');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw badRequest(`The filename is longer than ${MAX_NAME_BYTES} bytes.`);
  return name;
}

/** A purpose that we do not know is a message's, as is none. */
function readPurpose(request: Element, nowMs: number): Pick<SlotRequest, 'purpose' | 'untilMs'> {
  const named = request.getChildElements().find((child) => child.attrs.xmlns === NS_PURPOSE);
  const purpose = PURPOSES.find((known) => known === named?.name) ?? 'message';
  if (purpose !== 'ephemeral') return { purpose, untilMs: 0 };
  const text = named?.attrs['expire-before'] ?? '';
  // XEP-0082: with a time zone, always.
  const untilMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(untilMs)) throw badRequest('An ephemeral file needs a time in expire-before.');
  if (untilMs <= nowMs) throw badRequest('The time in expire-before is over.');
  return { purpose, untilMs };
}

function badRequest(text: string): StanzaError {
  return new StanzaError('bad-request', { text });
}
