// Node's own way to what Vite does with `?raw` and `?inline`, for programs that run the core's source without a build:
// node --import tsx --import ./scripts/raw-imports.mjs file.ts
import { register } from 'node:module'

register('./raw-imports-hooks.mjs', import.meta.url)
