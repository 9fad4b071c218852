export * from './errors.ts';
export * from './http-client.ts';
