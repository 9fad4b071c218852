// Posts signed webhooks on open connections. It uses plain undici: it must cost as little as possible on the same
// cores, and it must not use libs/egress, which is measured too.
import { Pool } from 'undici';

const ANSWER_MS = 30_000;
const CONNECTIONS = 128;

/** Connections to an ingest. @param {string} base its URL without a path */
export function openPoster(base) {
  const pool = new Pool(base, {
    connections: CONNECTIONS,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  return {
    /**
     * Resolves with the status when the whole answer is here, with 0 when none came within 30 s.
     * @param {{ body: string, signature: string }} webhook
     */
    async post({ body, signature }) {
      try {
        const reply = await pool.request({
          path: '/webhooks/helpninja',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-helpninja-signature': signature },
          body,
        });
        await reply.body.text();
        return reply.statusCode;
      } catch {
        return 0;
      }
    },
    /** Drops the connections. */
    async close() {
      await pool.destroy();
    },
  };
}

/** @typedef {ReturnType<typeof openPoster>} Poster */
