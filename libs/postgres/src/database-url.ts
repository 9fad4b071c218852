// Checks DATABASE_URL as people write it, so that a mistake is reported at the start and not as a host that is not found.
import { Client } from 'pg';

const ENCODE =
  'percent-encode special characters of user, password and parameters ("#" as %23, "/" as %2F, "@" as %40)';

/** Why a text is no valid connection string; undefined when it is one. Never contains a part of the text. */
export function databaseUrlProblem(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url)) return 'must be a postgres:// URL';
  // An unencoded special character in a password ends the host early; the rest is read as path, query or fragment.
  const [, tail = ''] = /^[^/]*\/\/[^/?#]*(.*)$/s.exec(url) ?? [];
  if (tail.includes('#') || tail.includes('@')) return `is not a valid URL: ${ENCODE}`;
  try {
    splitOptions(url);
    // The driver parses it; this does not connect.
    new Client({ connectionString: url });
  } catch {
    return `is not a valid URL: ${ENCODE}`;
  }
  return undefined;
}

/** Splits the `options` off a URL. Left in it, they would replace the options of the connection. */
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
