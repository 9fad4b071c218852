// The measuring side of HTTP: posts on standing connections. In plain undici, for the cheaper the instrument is, the less it
// takes from what it measures on the same cores, and it must not stand on libs/egress, which is measured too.
import { Pool } from 'undici';

/**
 * Connections to a server.
 * @param {string} url without a path
 * @param {{ connections: number }} options
 */
export function openPoster(url, { connections }) {
  const pool = new Pool(url, { connections });
  return {
    /** Posts JSON and resolves with the status when the whole answer is here, with 0 when none came. @param {string} path @param {{ headers: Record<string, string>, body: string }} request */
    async post(path, { headers, body }) {
      try {
        const reply = await pool.request({
          path,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        await reply.body.dump();
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
