// Phone numbers of a tenant's mapping in the form that other systems take: E.164.
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The number as E.164; undefined when it is none. Without a country it must carry its own code. */
export function phoneOf(given: string, country: string | undefined): string | undefined {
  const known = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const parsed = parsePhoneNumberFromString(given, known);
  return parsed?.isValid() ? parsed.number : undefined;
}
