// Numbers that are neither phones nor cards: what a text says of them, and identifiers that are not made for people.
import { matchSpans, type Span } from './span.ts';

/** Directly before a number: it is another one. */
const OTHER_NUMBER =
  /\b(?:orders?|tickets?|invoices?|bookings?|references?|ref|case|tracking|parcel|shipment|consignment|confirmation|rma|item|article|part|product|model|serial|sku|isbn|ean|gtin|upc|asin|id|po|version|build|release|transaction|receipt|voucher|coupon|size|batch|lot|error)(?:[ -](?:number|numbers|no|nr|id|code|#))?(?: (?:is|was|are))?[.:#]{0,2} ?[#"'(]?$/i;
/** A UUID, or hexadecimal digits (a letter among them) that are more than a card has. */
const IDENTIFIER =
  /(?<![\da-z])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=\d{0,64}[a-f])[\da-f]{24,})(?![\da-z])/gi;

/** Whether the text directly before a number says that it is one of an order, a parcel, an article and the like. */
export function isOtherNumber(before: string): boolean {
  return OTHER_NUMBER.test(before);
}

/** Spans of identifiers of machines, whose digits say nothing. */
export function identifierSpans(text: string): Span[] {
  return matchSpans(text, IDENTIFIER);
}
