/** Files by HTTP. */
import * as http from 'node:http';
import * as https from 'node:https';

/** The name in the address is known to no DNS that Node asks: it is at this one. */
export function askWeb(host: string, method: string, url: string, headers: Record<string, string> = {}, body?: string) {
  const { protocol, host: name, hostname, port, pathname, search } = new URL(url);
  const { request } = protocol === 'https:' ? https : http;
  const options = { host, port, path: pathname + search, method, agent: false };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(
      {
        ...options,
        servername: hostname,
        rejectUnauthorized: false,
        headers: {
          host: name,
          'content-type': 'text/plain',
          ...(body && { 'content-length': body.length }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
