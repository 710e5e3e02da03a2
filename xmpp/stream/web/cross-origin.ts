/**
 * Pages of any origin may speak XMPP here: they log in by SASL, and no cookie of anyone's means anything. What comes back is data,
 * never a document of this origin.
 */
export const CROSS_ORIGIN = {
  'Access-Control-Allow-Origin': '*',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
} as const;

/** To a browser that asks whether it may (preflight). */
export const PREFLIGHT = {
  ...CROSS_ORIGIN,
  'Access-Control-Allow-Methods': 'POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Max-Age': '86400',
} as const;
