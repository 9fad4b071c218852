export { type AddressVerdict, checkAddress, type Guard, literalRefusal } from './address-guard.ts';
export { type AllowList, parseAllowList } from './allow-list.ts';
export * from './errors.ts';
export { type FetchOverOptions, fetchOver } from './fetch-over.ts';
export * from './http-call.ts';
export * from './http-client.ts';
export { encode, HeaderValueError, type Outgoing, outgoing } from './outgoing.ts';
export * from './retry-after.ts';
