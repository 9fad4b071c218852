// The reference for deliveries: posts the same message to the same receiver over a number of connections, and stores
// nothing. Prints posts per second.
import { Pool } from 'undici';

const [url = '', count = '0', connections = '64', body = '{}'] = process.argv.slice(2);
const pool = new Pool(new URL(url).origin, { connections: Number(connections) });
let left = Number(count);
const begun = performance.now();

async function lane() {
  while (left > 0) {
    left -= 1;
    const reply = await pool.request({
      path: new URL(url).pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' },
      body: body.replace('NUMBER', String(left)),
    });
    await reply.body.text();
  }
}

await Promise.all(Array.from({ length: Number(connections) }, lane));
process.stdout.write(`${(Number(count) / (performance.now() - begun)) * 1000}\n`);
await pool.close();
