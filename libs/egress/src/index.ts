export { type Guard, literalRefusal } from './address-guard.ts';
export { type AllowList, parseAllowList } from './allow-list.ts';
export { encodeBody, encodeRequest, HeaderValueError } from './encode-request.ts';
export * from './errors.ts';
export * from './http-call.ts';
export * from './http-client.ts';
export * from './retry-after.ts';
