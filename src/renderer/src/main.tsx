import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Screen } from './features/Screen.tsx'
import { createApp } from './stores/app.ts'
import { AppProvider } from './stores/context.ts'
import { detectTransport } from './transport/index.ts'

const app = createApp(detectTransport(), window.localStorage)
const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <AppProvider value={app}>
      <Screen />
    </AppProvider>
  </StrictMode>,
)
void app.start()
