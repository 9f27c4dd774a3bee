import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { phoneServiceWorker } from './phone_service_worker'

// `GRIDWATCH_API` points the development server at a running command centre.
const api = process.env['GRIDWATCH_API'] ?? 'http://127.0.0.1:8000'

const page = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export default defineConfig({
  plugins: [vue(), phoneServiceWorker()],
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
    rolldownOptions: { input: { index: page('index.html'), phone: page('phone.html'), report: page('report.html') } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: api, ws: true } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
