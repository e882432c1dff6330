import type { LiveMachine } from '../boot-consoles.js'

/** A machine that does nothing; `change` says otherwise. */
export function sampleMachine(change: Partial<LiveMachine> = {}): LiveMachine {
  return {
    write: () => {},
    screenshot: async () => null,
    sshPort: null,
    live: () => ({ seconds: 1, state: 'running', timeline: [], evidence: [], missing: [], judged: null, sshPort: null }),
    screenSocket: '/run/vnc.sock',
    times: () => [],
    release: () => false,
    powerOff: () => false,
    keep: async () => false,
    ...change,
  }
}
