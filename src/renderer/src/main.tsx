import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Screen } from './features/Screen.tsx'
import { createTabs } from './stores/tabs.ts'
import { detectTransport } from './transport/index.ts'

const tabs = createTabs(detectTransport(), { settings: window.localStorage, page: window.sessionStorage })
const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <Screen tabs={tabs} />
  </StrictMode>,
)
void tabs.start()
