/** The usual XMPP apps, and where each is found. Facts about other people's programs: look at them again now and then. */
export type Platform = 'android' | 'ios' | 'windows' | 'macos' | 'linux' | 'terminal';

export interface App {
  name: string;
  /** Where it is found, for people. */
  where: string;
  url: string;
}

export const APPS: Record<Platform, readonly App[]> = {
  android: [
    { name: 'Conversations', where: 'Google Play, F-Droid', url: 'https://conversations.im/' },
    { name: 'Cheogram', where: 'Google Play, F-Droid', url: 'https://cheogram.com/' },
  ],
  ios: [
    { name: 'Monal', where: 'App Store', url: 'https://monal-im.org/' },
    { name: 'Siskin IM', where: 'App Store', url: 'https://siskin.im/' },
  ],
  windows: [{ name: 'Gajim', where: 'Microsoft Store, gajim.org', url: 'https://gajim.org/' }],
  macos: [
    { name: 'Monal', where: 'App Store', url: 'https://monal-im.org/' },
    { name: 'Beagle IM', where: 'App Store', url: 'https://beagle.im/' },
  ],
  linux: [
    { name: 'Gajim', where: 'Your distribution, Flathub', url: 'https://gajim.org/' },
    { name: 'Dino', where: 'Your distribution, Flathub', url: 'https://dino.im/' },
  ],
  terminal: [{ name: 'Profanity', where: 'Your distribution, Homebrew', url: 'https://profanity-im.github.io/' }],
};

/** What the visitor sits at, as far as the browser says; phones first, for a QR code is scanned with one. */
export function platformOf(userAgent: string): Platform {
  if (/Android/i.test(userAgent)) return 'android';
  if (/iPhone|iPad|iPod/i.test(userAgent)) return 'ios';
  if (/Windows/i.test(userAgent)) return 'windows';
  if (/Macintosh|Mac OS X/i.test(userAgent)) return 'macos';
  return /Linux|X11|CrOS/i.test(userAgent) ? 'linux' : 'android';
}

/** All platforms, the visitor's own first. */
export function platformsFor(userAgent: string): Platform[] {
  const own = platformOf(userAgent);
  return [own, ...(Object.keys(APPS) as Platform[]).filter((platform) => platform !== own)];
}
