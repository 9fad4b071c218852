// Layers of the house (docs/decisions/0001): nothing points right. A project without a layer here may import nothing.
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Which layers each layer may import, and the packages it may not; testing only in specs. The layer test reads this
 * as well (tools/house.mjs).
 */
export const layers = {
  contracts: {
    imports: [],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*'],
  },
  kafka: { imports: ['contracts'], banned: ['pg', 'undici', 'prom-client'] },
  postgres: { imports: ['contracts'], banned: ['kafkajs', 'undici', 'prom-client', '@nestjs/*'] },
  egress: { imports: ['contracts', 'testing'], banned: ['kafkajs', 'pg', 'prom-client', '@nestjs/*'] },
  service: { imports: ['contracts', 'kafka', 'postgres', 'egress'], banned: ['kafkajs', 'pg', 'undici'] },
  sink: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'service', 'testing'],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  testing: { imports: ['contracts', 'kafka', 'postgres'], banned: [] },
  app: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'service', 'testing'],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  tools: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'service', 'testing'],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  'sink-app': {
    imports: ['contracts', 'sink', 'testing'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*', 'axios', 'got'],
  },
};

const depConstraints = Object.entries(layers).map(([layer, { imports, banned }]) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: [layer, ...imports].map((name) => `layer:${name}`),
  ...(banned.length ? { bannedExternalImports: banned } : {}),
}));

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.cache', '.data'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strict],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints },
      ],
    },
  },
);
