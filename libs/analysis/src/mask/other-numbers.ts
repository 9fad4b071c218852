// Recognises numbers that are neither phone nor card numbers: by the words before them, and by the form of identifiers.
import { matchSpans, type Span } from './span.ts';

/** Words directly before a number that say what it is. */
const OTHER_NUMBER =
  /\b(?:orders?|tickets?|invoices?|bookings?|references?|ref|case|tracking|parcel|shipment|consignment|confirmation|rma|item|article|part|product|model|serial|sku|isbn|ean|gtin|upc|asin|id|po|version|build|release|transaction|receipt|voucher|coupon|size|batch|lot|error)(?:[ -](?:number|numbers|no|nr|id|code|#))?(?: (?:is|was|are))?[.:#]{0,2} ?[#"'(]?$/i;
/** A UUID, or 24 or more hexadecimal digits with a letter among them. */
const IDENTIFIER =
  /(?<![\da-z])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=\d{0,64}[a-f])[\da-f]{24,})(?![\da-z])/gi;

/** Whether the text directly before a number says that it belongs to an order, a parcel, an article or the like. */
export function isOtherNumber(before: string): boolean {
  return OTHER_NUMBER.test(before);
}

/** Spans of technical identifiers, whose digits are random. */
export function identifierSpans(text: string): Span[] {
  return matchSpans(text, IDENTIFIER);
}
