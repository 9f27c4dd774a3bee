import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `GRIDWATCH_API` points the development server at a running command centre.
const api = process.env['GRIDWATCH_API'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: fileURLToPath(new URL('../static', import.meta.url)),
    emptyOutDir: true,
    // The Content-Security-Policy allows fonts and pictures from 'self' only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: api, ws: true } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
