import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const SOURCE = new URL('./src/phone/service_worker.js', import.meta.url)
const SHIPPED = ['/phone', '/phone.webmanifest', '/phone-192.png', '/favicon.svg']

/** Writes `phone-sw.js`: the service worker with the list of all that the phone's page loads, and no more. */
export function phoneServiceWorker(): Plugin {
  return {
    name: 'phone-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = Object.values(bundle).find((one) => one.type === 'chunk' && one.isEntry && one.name === 'phone')
      if (!page) return
      const wanted = new Set<string>()
      const follow = (file: string): void => {
        const chunk = bundle[file]
        if (wanted.has(file) || !chunk) return
        wanted.add(file)
        if (chunk.type !== 'chunk') return
        for (const style of chunk.viteMetadata?.importedCss ?? []) wanted.add(style)
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) follow(next)
      }
      follow(page.fileName)
      const files = [...SHIPPED, ...[...wanted].sort().map((file) => `/${file}`)]
      const html = bundle['phone.html']
      const version = createHash('sha256').update(files.join()).update(html?.type === 'asset' ? html.source : '').digest('hex')
      const source = readFileSync(fileURLToPath(SOURCE), 'utf8')
        .replace('/* FILES */ []', JSON.stringify(files))
        .replace('/* VERSION */', version.slice(0, 12))
      this.emitFile({ type: 'asset', fileName: 'phone-sw.js', source })
    },
  }
}
