/** The part of noVNC that is used: docs/API.md of the package. */
declare module '@novnc/novnc' {
  interface RawChannel {
    binaryType: string
    readonly protocol: string
    readonly readyState: string
    onopen: (() => void) | null
    onmessage: ((event: { data: ArrayBuffer }) => void) | null
    onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null
    onerror: (() => void) | null
    send(data: Uint8Array | ArrayBuffer): void
    close(): void
  }

  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: RawChannel, options?: { shared?: boolean })
    scaleViewport: boolean
    background: string
    /** A dot where the guest draws no pointer. */
    showDotCursor: boolean
    focus(options?: FocusOptions): void
    sendCtrlAltDel(): void
    disconnect(): void
  }
}
