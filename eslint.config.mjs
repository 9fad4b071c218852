// Boundaries between the layers (tools/layers.mjs) and typescript-eslint's strict rules.
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layers } from './tools/layers.mjs';

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
