import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, Envelope } from '#shared/contract'

// Only types may come from the contract: a sandboxed preload is one small file. Main validates every call.
const CALL_CHANNEL = 'diskwright:call'
const EVENT_CHANNEL = 'diskwright:event'
const DROPPED_CHANNEL = 'diskwright:dropped'

const bridge: Bridge = {
  invoke: (channel, input) => ipcRenderer.invoke(CALL_CHANNEL, channel, input) as Promise<Envelope>,
  on: (event, listener) => {
    const receive = (_: unknown, name: unknown, payload: unknown): void => {
      if (name === event) listener(payload)
    }
    ipcRenderer.on(EVENT_CHANNEL, receive)
    return () => void ipcRenderer.off(EVENT_CHANNEL, receive)
  },
  pathForFile: (file) => {
    // Only a File that the user dropped or chose has a path; main takes it from here and not from the page.
    const path = webUtils.getPathForFile(file as File)
    if (path !== '') ipcRenderer.send(DROPPED_CHANNEL, path)
    return path
  },
}

contextBridge.exposeInMainWorld('diskwright', Object.freeze(bridge))
