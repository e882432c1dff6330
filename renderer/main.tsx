import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './styles/mantine-parts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/mantine.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.js'
import { reportStaged } from './app/report-staged.js'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

reportStaged()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
