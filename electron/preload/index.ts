import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, Envelope } from '#shared/contract'

// Only types may come from the contract: a sandboxed preload is one small file. Main validates every call.
const CALL_CHANNEL = 'diskwright:call'
const EVENT_CHANNEL = 'diskwright:event'

const bridge: Bridge = {
  invoke: (channel, input) => ipcRenderer.invoke(CALL_CHANNEL, channel, input) as Promise<Envelope>,
  on: (event, listener) => {
    const receive = (_: unknown, name: unknown, payload: unknown): void => {
      if (name === event) listener(payload)
    }
    ipcRenderer.on(EVENT_CHANNEL, receive)
    return () => void ipcRenderer.off(EVENT_CHANNEL, receive)
  },
  pathForFile: (file) => webUtils.getPathForFile(file as File),
}

contextBridge.exposeInMainWorld('diskwright', Object.freeze(bridge))
