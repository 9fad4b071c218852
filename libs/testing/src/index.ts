export * from './eventually.ts';
export * from './http-stub.ts';
export * from './suite.ts';
export { freezable, wired } from './cut-database.ts';
