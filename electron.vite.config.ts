import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const from = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      rollupOptions: {
        // Three entries on one core: the desktop app, the web host, and the demo server alone.
        input: {
          index: from('src/main/index.ts'),
          web: from('src/main/web.ts'),
          demo: from('src/main/demo.ts'),
        },
        output: { format: 'es' },
      },
    },
  },
  preload: {
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
      rollupOptions: { input: { index: from('src/renderer/index.html') } },
    },
  },
})
