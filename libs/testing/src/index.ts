export * from './eventually.ts';
export * from './http-stub.ts';
export * from './suite.ts';
export { cuttableDatabase, freezable } from './faulty-database.ts';
