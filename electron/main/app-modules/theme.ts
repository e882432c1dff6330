import { BrowserWindow, nativeTheme } from 'electron'
import type { SettingsApi } from '#core/core-api'

/** Same values as `--dw-bg` in renderer/styles/tokens.css: what shows before the first paint. */
export function windowBackground(): string {
  return nativeTheme.shouldUseDarkColors ? '#101418' : '#f6f7f8'
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
