/** What keeps a browser from running what somebody uploaded, on an origin that has pages of its own. */
import type { Upload } from '../../xmpp/store/upload-model.ts';

/** For clients of the web, wherever they come from. No credentials are taken, so none are allowed. */
export const CROSS_ORIGIN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'OPTIONS, HEAD, GET, PUT',
  'Access-Control-Allow-Headers': 'Content-Type, Range, If-None-Match, If-Range',
  'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

const MEDIA =
  /^(image\/(avif|bmp|gif|heic|heif|jpeg|jxl|png|webp)|audio\/(3gpp|aac|amr|flac|m4a|mp4|mpeg|ogg|opus|wav|webm|x-m4a|x-wav)|video\/(3gpp|mp4|mpeg|ogg|quicktime|webm|x-matroska))$/;
/** Pages, styles, programs: their type would let a page of this origin make use of them. */
const ACTIVE = /html|xml|svg|script|css|wasm|manifest|event-stream|multipart|mhtml|rfc822|flash|java/;
const OPAQUE = 'application/octet-stream';

/** `type/subtype`, lower case. */
export function essenceOf(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

export function downloadHeaders({ id, name, type, untilMs, storedMs = 0 }: Upload): Record<string, string> {
  const essence = essenceOf(type);
  const shown = MEDIA.test(essence);
  return {
    ...CROSS_ORIGIN,
    'Content-Type': shown ? essence : essence === '' || ACTIVE.test(essence) ? OPAQUE : type,
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${extended(name)}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy':
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex',
    'Accept-Ranges': 'bytes',
    ETag: `"${id}"`,
    'Last-Modified': new Date(storedMs).toUTCString(),
    // It never changes, and may be gone one day; nobody but who asked for it keeps it.
    'Cache-Control': untilMs === 0 ? 'private, max-age=86400, immutable' : 'no-store',
  };
}

/** RFC 8187 section 3.2. */
function extended(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
