/**
 * The four calls of the Reflect metadata proposal that tsyringe, under @peculiar/x509, looks for when it is loaded. The
 * certificate builder uses none of it for what we do, so that these suffice in place of the whole polyfill.
 */
type Metadata = Map<unknown, unknown>;

const kept = new WeakMap<object, Metadata>();

const get = (key: unknown, target: object): unknown => kept.get(target)?.get(key);
const define = (key: unknown, value: unknown, target: object): void => {
  const own: Metadata = kept.get(target) ?? new Map();
  kept.set(target, own.set(key, value));
};

if (!('getMetadata' in Reflect)) {
  const has = (key: unknown, target: object) => kept.get(target)?.has(key) ?? false;
  Object.assign(Reflect, { getMetadata: get, getOwnMetadata: get, hasOwnMetadata: has, defineMetadata: define });
}
