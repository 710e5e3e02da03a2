/**
 * Two files of tests run side by side. Talks between two boxes have addresses of their own on the loopback network, so one file has
 * all of those.
 */
export const isFirstHalf = (name: string, index: number): boolean => name.startsWith('fed-') || index % 4 === 0;
