/** Where else this server is reached, told to whoever asks it what it is (XEP-0128): fallback domains, and by tor. docs/servers.md */
import type { Extension } from '../extension.ts';

const FORM_TYPE = 'urn:casp3r:addresses:0';

export const serverAddresses: Extension = {
  name: 'server-addresses',
  xep: [],
  attach(host) {
    host.disco.addFormFields('server', FORM_TYPE, () => {
      const { domain, fallbacks } = host.server;
      const onion = host.config.onion?.() ?? '';
      if (fallbacks.length === 0 && onion === '') return [];
      return [
        { var: 'primary', type: 'text-single', values: [domain] },
        { var: 'fallbacks', type: 'list-multi', values: fallbacks },
        ...(onion === '' ? [] : [{ var: 'onion', type: 'text-single', values: [onion] } as const]),
      ];
    });
  },
};
