// Credentials in headers: a value that no header can carry is the setting's fault, found before anything is sent.

import type { OutgoingRequest } from './auth.ts';
import { AuthError } from './auth-error.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
// Visible ASCII with single gaps inside; what a pasted line break or a smart quote turns into is refused.
const VALUE = /^[\x21-\x7e]+(?:[ \t]+[\x21-\x7e]+)*$/;

/** Checks the name of a header that a sink names. Throws RangeError: it is the sink author's to mend. */
export function headerName(name: string): string {
  if (!TOKEN.test(name)) throw new RangeError(`naming a header: "${name}" is no name of a header`);
  return name.toLowerCase();
}

/** The request with one header set, whatever case the sink wrote its own in. `what` names the setting in the error. */
export function withHeader(
  request: OutgoingRequest,
  name: string,
  value: string,
  what: string,
): OutgoingRequest {
  if (!VALUE.test(value)) {
    throw new AuthError(
      'UNUSABLE',
      `${what}: it is empty or holds characters that no header can carry; set it again`,
    );
  }
  const others = Object.entries(request.headers).filter(([other]) => other.toLowerCase() !== name);
  return { ...request, headers: { ...Object.fromEntries(others), [name]: value } };
}
