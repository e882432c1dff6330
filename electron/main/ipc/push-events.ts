import { BrowserWindow } from 'electron'
import type { EventName, EventPayload } from '#shared/contract'
import type { Core } from '#core/core-api'
import { EVENT_CHANNEL } from './channels.js'

export function pushEvent<E extends EventName>(name: E, payload: EventPayload<E>): void {
  for (const window of BrowserWindow.getAllWindows()) window.webContents.send(EVENT_CHANNEL, name, payload)
}

/** Forwards what the core tells to every window. */
export function pushCoreEvents(core: Core): void {
  core.jobs.onChange((job) => pushEvent('jobs.changed', job))
  core.jobs.onRemoved((ids) => pushEvent('jobs.removed', { ids }))
  core.containers.onIndex((index) => pushEvent('containers.indexed', index))
  core.settings.onChange((settings) => pushEvent('settings.changed', settings))
}
