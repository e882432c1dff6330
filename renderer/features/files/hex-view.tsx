import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import styles from './file-viewer.module.css'
import { hexLines } from './hex-lines.js'

const LINE_HEIGHT = 20

/** Bytes as hexadecimal digits and characters, sixteen a line. */
export function HexView({ name, base64, offset }: { readonly name: string; readonly base64: string; readonly offset: number }) {
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useMemo(
    () =>
      hexLines(
        Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
        offset,
      ),
    [base64, offset],
  )
  // oxlint-disable-next-line react/incompatible-library -- the compiler leaves this component as it is, which is what the library needs
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  })
  return (
    <div ref={scroller} className={styles.hex} tabIndex={0} role="region" aria-label={`Bytes of ${name}`}>
      <div className={styles.hexRows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index]
          return (
            line !== undefined && (
              <div key={key} className={`${styles.hexLine} selectable`} style={{ transform: `translateY(${start}px)` }}>
                <span className="faint">{line.offset}</span>
                <span>{line.hex}</span>
                <span className="dim">{line.text}</span>
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}
