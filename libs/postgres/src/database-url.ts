// DATABASE_URL as a person writes it: what is wrong with it is said at once, and not by a host that is never found.
import { Client } from 'pg';

const ENCODE =
  'percent-encode special characters of user, password and parameters ("#" as %23, "/" as %2F, "@" as %40)';

/** What keeps a text from being a connection string; undefined when it is one. Never holds a part of the text. */
export function databaseUrlProblem(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url)) return 'must be a postgres:// URL';
  // What belongs to a password ends the host where it is not encoded; what follows would be a path, a query or a fragment.
  const [, tail = ''] = /^[^/]*\/\/[^/?#]*(.*)$/s.exec(url) ?? [];
  if (tail.includes('#') || tail.includes('@')) return `is no URL that can be read: ${ENCODE}`;
  try {
    splitOptions(url);
    // The driver's own reading of it; nothing connects.
    new Client({ connectionString: url });
  } catch {
    return `is no URL that can be read: ${ENCODE}`;
  }
  return undefined;
}

/** A URL without its `options`, and these: given as they are, they would replace those of the connection. */
export function splitOptions(url: string): { url: string; options: string } {
  let options = '';
  const rest = url.replace(
    /([?&])options=([^&]*)(&|$)/,
    (_whole, before: string, text: string, after: string) => {
      options = decodeURIComponent(text.replaceAll('+', ' '));
      return after === '' ? '' : before;
    },
  );
  return { url: rest, options };
}
