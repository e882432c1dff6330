import fs from 'node:fs'
import path from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import type { SettingsApi } from '#core/core-api'

/** Same values as `--dw-bg` in renderer/styles/tokens.css: what shows before the first paint. */
export function windowBackground(): string {
  return nativeTheme.shouldUseDarkColors ? '#101418' : '#f6f7f8'
}

/** The setting as it lies on disk, for the first picture; what cannot be read there is the core's to judge. */
export function applyRememberedTheme(configFolder: string): void {
  try {
    const settings: unknown = JSON.parse(fs.readFileSync(path.join(configFolder, 'settings.json'), 'utf8'))
    const theme = typeof settings === 'object' && settings !== null && 'theme' in settings ? settings.theme : 'system'
    if (theme === 'light' || theme === 'dark') nativeTheme.themeSource = theme
  } catch {}
}

/** Native parts of the window (menus, dialogs, scroll bars, background) follow the setting. */
export function followTheme(settings: SettingsApi): void {
  nativeTheme.themeSource = settings.get().theme
  settings.onChange(({ theme }) => {
    nativeTheme.themeSource = theme
  })
  nativeTheme.on('updated', () => {
    for (const window of BrowserWindow.getAllWindows()) window.setBackgroundColor(windowBackground())
  })
}
