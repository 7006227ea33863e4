// Two pages: the GraphiQL page and the sign-in callback. Output names carry content hashes only, so a rebuild
// from the same lock file gives the same bytes.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  resolve: { dedupe: ['graphql', 'monaco-editor', 'react', 'react-dom'] },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    emptyOutDir: true,
    sourcemap: false,
    license: { fileName: 'licenses.md' }, // of what is bundled
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    target: 'es2022',
    rollupOptions: {
      input: { index: 'index.html', callback: 'callback.html' },
      // "use no memo" speaks to the React compiler, which has already run over these packages.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
});
