import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { contract } from './src/shared/contract.ts'

const from = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      // What package.json has among devDependencies is bundled: of zod most is never used, and to load its hundred files
      // would take a quarter of the time to start.
      rollupOptions: {
        // Three entries on one core: the desktop app, the web host, and the demo server alone. The worker is a thread
        // of the first two, started by its file.
        input: {
          index: from('src/main/index.ts'),
          web: from('src/main/web.ts'),
          demo: from('src/main/demo.ts'),
          'decoder-worker': from('src/main/core/formats/decoder-worker.ts'),
        },
        output: { format: 'es' },
      },
    },
  },
  preload: {
    // The names alone: a sandboxed preload can load no package, and the contract's schemas need one.
    define: {
      CONTRACT_NAMES: JSON.stringify({
        calls: Object.keys(contract.calls),
        events: Object.keys(contract.events),
      }),
    },
    build: {
      rollupOptions: {
        input: { index: from('src/preload/index.ts') },
        // A sandboxed window loads no ES-module preload.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: from('src/renderer'),
    plugins: [react()],
    build: {
      // Half of what a browser on the other side of a tunnel would load otherwise; off by default in electron-vite.
      minify: true,
      cssMinify: true,
      // In kB: loaded from a disk or once over the wire, one file is as good as many.
      chunkSizeWarningLimit: 1200,
      rollupOptions: { input: { index: from('src/renderer/index.html') } },
    },
  },
})
