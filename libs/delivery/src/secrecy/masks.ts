// What must not be seen of an integration's calls: its own secrets, and those its credentials make on the way.
import { SecretMask } from './mask.ts';

/** Gives the mask for an integration's secrets and these further ones. Masks are kept as long as the secrets stay. */
export function masksOf(own: readonly string[]): (more?: readonly string[]) => SecretMask {
  let mask = new SecretMask(own);
  let made: readonly string[] = [];
  return (more = []) => {
    if (more.length !== made.length || more.some((secret, index) => secret !== made[index])) {
      mask = new SecretMask([...own, ...more]);
      made = [...more];
    }
    return mask;
  };
}
